#include "CLinux.h"

#include <sys/fsuid.h>

void linux_set_file_owner(uint32_t user, uint32_t group)
{
    setfsgid(group);
    setfsuid(user);
}
