#include <fcntl.h>
#include <unistd.h>

// Keeps what is opened later, the ledger for one, from becoming standard input, output or error
// where the caller closed them: what is printed would be written into it. Writing there still fails.
// Before main: the Swift runtime opens descriptors of its own by then.
__attribute__((constructor)) static void hold_standard_descriptors(void)
{
    for (;;) {
        int descriptor = open("/dev/null", O_RDONLY);
        if (descriptor > STDERR_FILENO) close(descriptor);
        if (descriptor < 0 || descriptor > STDERR_FILENO) return;
    }
}
