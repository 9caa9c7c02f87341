#include "CBuild.h"

const char *build_commit(void)
{
#ifdef TEMPER_COMMIT
    return TEMPER_COMMIT;
#else
    return "";
#endif
}
