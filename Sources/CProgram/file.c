#include "cprogram.h"

#include <elf.h>
#include <unistd.h>

#if defined(__x86_64__)
enum { MACHINE = EM_X86_64 };
#elif defined(__aarch64__)
enum { MACHINE = EM_AARCH64 };
#elif defined(__riscv)
enum { MACHINE = EM_RISCV };
#endif

// elf(5): the code and the data, each at a multiple of the largest page that there is.
int program_write(int file, struct program_code code, const void *data, size_t used)
{
    enum { PAGE = 0x10000 };
    const size_t size = (size_t)(code.end - code.start);
    const uint64_t place = PAGE + (size + PAGE - 1) / PAGE * PAGE;
    const struct {
        Elf64_Ehdr header;
        Elf64_Phdr parts[3];
    } head = {
        .header = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
                               EV_CURRENT},
                   .e_type = ET_EXEC,
                   .e_machine = MACHINE,
                   .e_version = EV_CURRENT,
                   .e_entry = PROGRAM_CODE + (uintptr_t)code.entry - (uintptr_t)code.start,
                   .e_phoff = sizeof(Elf64_Ehdr),
                   .e_ehsize = sizeof(Elf64_Ehdr),
                   .e_phentsize = sizeof(Elf64_Phdr),
                   .e_phnum = 3},
        .parts = {{.p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_offset = PAGE, .p_vaddr = PROGRAM_CODE,
                   .p_filesz = size, .p_memsz = size, .p_align = PAGE},
                  {.p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_offset = place, .p_vaddr = PROGRAM_DATA,
                   .p_filesz = used, .p_memsz = used, .p_align = PAGE},
                  {.p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W}},
    };

    return pwrite(file, &head, sizeof head, 0) == (ssize_t)sizeof head
                   && pwrite(file, code.start, size, PAGE) == (ssize_t)size
                   && pwrite(file, data, used, (off_t)place) == (ssize_t)used
               ? 0
               : -1;
}
