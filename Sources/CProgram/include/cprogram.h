#ifndef CPROGRAM_H
#define CPROGRAM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

// Programs of one function and what it is told: files of a few kilobytes, made on the spot, that need
// no library and run in whatever sandbox.

// Where the code and the data are loaded: where the kernel puts nothing by itself.
enum { PROGRAM_CODE = 0x20000000, PROGRAM_DATA = 0x30000000 };

// The function, alone in its section.
struct program_code {
    const uint8_t *start;
    const uint8_t *end;
    void (*entry)(void);
};

// Writes the program into an open file. -1 with errno where it cannot be written.
int program_write(int file, struct program_code code, const void *data, size_t size);

// A canary: it makes system calls in the order of a script, whose results are left in its memory, and
// waits to be looked at.

enum {
    // A new row begins: what failed before is forgotten.
    CANARY_BEGINS = 1,
    // The row goes on where this call fails.
    CANARY_OPTIONAL = 2,
};

// The result of a step that was left out because one before it in its row failed.
#define CANARY_LEFT_OUT INT64_MIN

struct canary_step {
    int64_t call;
    int64_t arguments[6];
    // Bit i: argument i is the number of a step, whose result is meant.
    uint32_t by_result;
    uint32_t flags;
    // Of the kernel: an error number is negative.
    int64_t result;
};

// At PROGRAM_DATA, with the steps behind it.
struct canary_script {
    uint64_t count;
    uint64_t is_finished;
};

// A file in memory with a canary, which whoever asked for it closes; data begin with a script. -1 with
// errno where there is no memory for it.
int canary_make(const void *data, size_t size);

#endif
