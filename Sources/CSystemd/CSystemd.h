// libsystemd as Swift sees it. Swift cannot import its variadic functions
// (sd_bus_message_append, sd_bus_call_method); the ones that take one value at a time do it all.
#pragma once

#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-id128.h>
#include <systemd/sd-journal.h>
#include <systemd/sd-login.h>

// prctl is variadic as well. At most 15 characters; debuggers and /proc show them.
static inline void csystemd_name_this_thread(const char *name) {
        prctl(PR_SET_NAME, name);
}
