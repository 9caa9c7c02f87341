// A canary: it tries what it is told to, from the place that a service is confined to. Whatever it is
// refused, its results can be read from its memory by root outside: it needs no descriptor, no file,
// no memory but its own and no call but those that it tries.

#include "call.h"
#include "cprogram.h"

#include <sys/mman.h>
#include <unistd.h>

extern const uint8_t code_start[] __asm__("__start_program_canary");
extern const uint8_t code_end[] __asm__("__stop_program_canary");

PROGRAM_INLINE long argument(const struct canary_step *steps, const struct canary_step *step, int i)
{
    return step->by_result >> i & 1 ? steps[step->arguments[i]].result : step->arguments[i];
}

PROGRAM_FUNCTION("program_canary") static void canary(void)
{
    struct canary_script *script = (struct canary_script *)PROGRAM_DATA;
    struct canary_step *steps = (struct canary_step *)(script + 1);
    int has_failed = 0;

    for (uint64_t i = 0; i < script->count; i++) {
        struct canary_step *step = steps + i;

        if (step->flags & CANARY_BEGINS)
            has_failed = 0;
        if (has_failed) {
            step->result = CANARY_LEFT_OUT;
            continue;
        }
        step->result =
            program_call(step->call, argument(steps, step, 0), argument(steps, step, 1),
                         argument(steps, step, 2), argument(steps, step, 3),
                         argument(steps, step, 4), argument(steps, step, 5));
        // The kernel's error numbers end at 4095.
        if (step->result < 0 && step->result >= -4095 && !(step->flags & CANARY_OPTIONAL))
            has_failed = 1;
    }
    __atomic_store_n(&script->is_finished, 1, __ATOMIC_RELEASE);
    // Any of them may be denied.
    for (;;) {
        program_call(SYS_ppoll, 0, 0, 0, 0, 0, 0);
        program_call(SYS_sched_yield, 0, 0, 0, 0, 0, 0);
    }
}

int canary_make(const void *data, size_t size)
{
    const struct program_code code = {code_start, code_end, canary};
    int file = memfd_create("temper-canary", MFD_CLOEXEC);

    if (file >= 0 && program_write(file, code, data, size) < 0) {
        close(file);
        return -1;
    }
    return file;
}
