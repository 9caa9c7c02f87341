// The file of the program that enters a lab, with what it is told in it.

#include "entry.h"

#include <elf.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__x86_64__)
enum { MACHINE = EM_X86_64 };
#elif defined(__aarch64__)
enum { MACHINE = EM_AARCH64 };
#elif defined(__riscv)
enum { MACHINE = EM_RISCV };
#endif

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
    return (void *)(uintptr_t)(DATA + at);
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
    return (const char **)(uintptr_t)(DATA + at) + 1;
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

// elf(5): the code and the data, each at a multiple of the largest page that there is.
static int write_program(int file, const struct draft *draft)
{
    enum { PAGE = 0x10000 };
    const size_t size = (size_t)(lab_code_end - lab_code_start);
    const uint64_t data = PAGE + (size + PAGE - 1) / PAGE * PAGE;
    const struct {
        Elf64_Ehdr header;
        Elf64_Phdr parts[3];
    } head = {
        .header = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
                               EV_CURRENT},
                   .e_type = ET_EXEC,
                   .e_machine = MACHINE,
                   .e_version = EV_CURRENT,
                   .e_entry = CODE + (uintptr_t)lab_way_in - (uintptr_t)lab_code_start,
                   .e_phoff = sizeof(Elf64_Ehdr),
                   .e_ehsize = sizeof(Elf64_Ehdr),
                   .e_phentsize = sizeof(Elf64_Phdr),
                   .e_phnum = 3},
        .parts = {{.p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_offset = PAGE, .p_vaddr = CODE,
                   .p_filesz = size, .p_memsz = size, .p_align = PAGE},
                  {.p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_offset = data, .p_vaddr = DATA,
                   .p_filesz = draft->used, .p_memsz = draft->used, .p_align = PAGE},
                  {.p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W}},
    };

    return pwrite(file, &head, sizeof head, 0) == (ssize_t)sizeof head
                   && pwrite(file, lab_code_start, size, PAGE) == (ssize_t)size
                   && pwrite(file, draft->bytes, draft->used, (off_t)data) == (ssize_t)draft->used
               ? 0
               : -1;
}

int lab_make_entry(const struct lab_command *order, uint64_t namespaces)
{
    const size_t room = room_for(order);
    void *memory =
        mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct draft draft = {.bytes = memory};
    int file;

    if (memory == MAP_FAILED)
        return -1;
    tell(&draft, order, namespaces);
    file = lab_new_file("temper-entry", 1);
    if (file >= 0
        && (write_program(file, &draft) < 0
            || fcntl(file, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)
                   < 0)) {
        lab_close(file);
        file = -1;
    }
    munmap(memory, room);
    return file;
}
