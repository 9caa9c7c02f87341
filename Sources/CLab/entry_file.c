// The file of the program that enters a lab, with what it is told in it.

#include "entry.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// The data of the program, written one after the other.
struct draft {
    uint8_t *bytes;
    size_t used;
};

// Where it will be in the program's memory.
static void *put(struct draft *draft, const void *bytes, size_t size)
{
    size_t at = (draft->used + 15) & ~(size_t)15;

    memcpy(draft->bytes + at, bytes, size);
    draft->used = at + size;
    return (void *)(uintptr_t)(PROGRAM_DATA + at);
}

static const char *put_string(struct draft *draft, const char *text)
{
    return put(draft, text, strlen(text) + 1);
}

static size_t count(const char *const *texts)
{
    size_t count = 0;

    while (texts[count])
        count++;
    return count;
}

// With one free place in front.
static const char **put_array(struct draft *draft, const char *const *texts)
{
    const size_t length = count(texts);
    size_t at = (draft->used + 15) & ~(size_t)15;

    draft->used = at + (length + 2) * sizeof *texts;
    for (size_t i = 0; i < length; i++) {
        const char *text = put_string(draft, texts[i]);

        memcpy(draft->bytes + at + (i + 1) * sizeof text, &text, sizeof text);
    }
    return (const char **)(uintptr_t)(PROGRAM_DATA + at) + 1;
}

static const char *search_path(const char *const *environment)
{
    for (; *environment; environment++)
        if (strncmp(*environment, "PATH=", 5) == 0)
            return *environment + 5;
    return "/bin:/usr/bin";
}

// Where execvp(3) would look for the command.
static const char **put_places(struct draft *draft, const struct lab_command *order)
{
    enum { MOST = 64 };
    const char *places[MOST + 1] = {order->argv[0]};
    char room[MOST][256];
    const char *path = search_path(order->envp);
    size_t found = 0;

    if (strchr(order->argv[0], '/'))
        return put_array(draft, places);
    for (places[0] = NULL; found < MOST; path++) {
        const size_t length = strcspn(path, ":");

        if (length + 1 + strlen(order->argv[0]) < sizeof *room) {
            memcpy(room[found], path, length);
            room[found][length] = '/';
            strcpy(room[found] + length + (length > 0), order->argv[0]);
            places[found] = room[found];
            places[++found] = NULL;
        }
        path += length;
        if (!*path)
            break;
    }
    return put_array(draft, places);
}

static size_t room_for(const struct lab_command *order)
{
    // The command's name may be the only one of its places.
    size_t room = sizeof(struct knowledge) + order->filter.size + strlen(order->argv[0]) + (1 << 16);

    for (const char *const *text = order->argv; *text; text++)
        room += strlen(*text) + 64;
    for (const char *const *text = order->envp; *text; text++)
        room += strlen(*text) + 64;
    return room;
}

static void tell(struct draft *draft, const struct lab_command *order, uint64_t namespaces)
{
    struct knowledge known = {
        .withheld = lab_withheld_capabilities(),
        .namespaces = namespaces,
        .supervisor = {.fd = ENTRY_SUPERVISOR, .events = POLLIN},
        .is_caged = order->is_caged,
    };

    draft->used = sizeof known;
    known.filter.len = (unsigned short)(order->filter.size / sizeof(struct sock_filter));
    known.filter.filter = put(draft, order->filter.code, order->filter.size);
    known.zero = put_string(draft, "0");
    known.shell = put_string(draft, "/bin/sh");
    known.places = put_places(draft, order);
    known.arguments = put_array(draft, order->argv);
    known.environment = put_array(draft, order->envp);
    memcpy(draft->bytes, &known, sizeof known);
}

int lab_make_entry(const struct lab_command *order, uint64_t namespaces)
{
    const size_t room = room_for(order);
    void *memory =
        mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct draft draft = {.bytes = memory};
    const struct program_code code = {lab_code_start, lab_code_end, lab_way_in};
    int file;

    if (memory == MAP_FAILED)
        return -1;
    tell(&draft, order, namespaces);
    file = lab_new_file("temper-entry", 1);
    if (file >= 0
        && (program_write(file, code, draft.bytes, draft.used) < 0
            || fcntl(file, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)
                   < 0)) {
        lab_close(file);
        file = -1;
    }
    munmap(memory, room);
    return file;
}
