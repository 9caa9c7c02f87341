// System calls that the C library has no function for, or one that Swift cannot call.

#ifndef CLINUX_H
#define CLINUX_H

#include <stdint.h>

// Opens a path as if the directory `top` were the root: symbolic links, also absolute ones, and
// `..` lead nowhere else; those of the kernel's (/proc/PID/root) are refused with ELOOP. Linux 5.6.
// Close-on-exec; negative errno on failure.
int linux_open_in_root(int top, const char *path, uint64_t flags, uint64_t mode);

// f_type of statfs(2) of what is open; negative errno on failure.
int64_t linux_file_system(int descriptor);

// New files of this thread belong to them, until it is called again (setfsuid(2)).
void linux_set_file_owner(uint32_t user, uint32_t group);

#endif
