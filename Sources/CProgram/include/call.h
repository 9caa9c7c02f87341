#ifndef CPROGRAM_CALL_H
#define CPROGRAM_CALL_H

// What the code of a program of one function is written with: no call, no jump table, no constant
// in memory, for it is copied out of its section.

#define PROGRAM_INLINE static inline __attribute__((always_inline))

#if defined(__x86_64__)
#define PROGRAM_ALIGNED force_align_arg_pointer,

PROGRAM_INLINE long program_call(long number, long a, long b, long c, long d, long e, long f)
{
    register long fourth __asm__("r10") = d;
    register long fifth __asm__("r8") = e;
    register long sixth __asm__("r9") = f;

    __asm__ volatile("syscall"
                     : "+a"(number)
                     : "D"(a), "S"(b), "d"(c), "r"(fourth), "r"(fifth), "r"(sixth)
                     : "rcx", "r11", "memory");
    return number;
}
#elif defined(__aarch64__)
#define PROGRAM_ALIGNED

PROGRAM_INLINE long program_call(long number, long a, long b, long c, long d, long e, long f)
{
    register long call __asm__("x8") = number;
    register long first __asm__("x0") = a;
    register long second __asm__("x1") = b;
    register long third __asm__("x2") = c;
    register long fourth __asm__("x3") = d;
    register long fifth __asm__("x4") = e;
    register long sixth __asm__("x5") = f;

    __asm__ volatile("svc 0"
                     : "+r"(first)
                     : "r"(call), "r"(second), "r"(third), "r"(fourth), "r"(fifth), "r"(sixth)
                     : "memory");
    return first;
}
#elif defined(__riscv) && __riscv_xlen == 64
#define PROGRAM_ALIGNED

PROGRAM_INLINE long program_call(long number, long a, long b, long c, long d, long e, long f)
{
    register long call __asm__("a7") = number;
    register long first __asm__("a0") = a;
    register long second __asm__("a1") = b;
    register long third __asm__("a2") = c;
    register long fourth __asm__("a3") = d;
    register long fifth __asm__("a4") = e;
    register long sixth __asm__("a5") = f;

    __asm__ volatile("ecall"
                     : "+r"(first)
                     : "r"(call), "r"(second), "r"(third), "r"(fourth), "r"(fifth), "r"(sixth)
                     : "memory");
    return first;
}
#else
#error "programs of one function are not written for this processor"
#endif

// Of a program's only function.
#define PROGRAM_FUNCTION(name) \
    __attribute__((section(name), used, noinline, PROGRAM_ALIGNED no_stack_protector))

#endif
