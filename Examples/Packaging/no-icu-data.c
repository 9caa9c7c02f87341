/* ICU's data without anything in it, in the place of the 34 MB that Foundation brings: locales,
   calendars and transliterations, of which Temper asks for none. Case, Unicode properties and JSON
   are not of this data. Who asks for it all the same is told that there is none.

   The header is that of source/common/ucmndata.h with an empty table of contents. */
#include <stdint.h>

struct header {
    uint16_t size;
    uint8_t magic[2];
    struct {
        uint16_t size, reserved;
        uint8_t isBigEndian, charset, sizeofUChar, reservedByte;
        uint8_t dataFormat[4], formatVersion[4], dataVersion[4];
    } info;
    uint8_t padding[8];
    uint32_t entries;
};

/* The linker gives this to whoever asks for ICU's, such as icudt76_dat. */
const struct header WRAPPED_ICU_DATA __attribute__((aligned(16))) = {
    .size = 32,
    .magic = {0xda, 0x27},
    .info = {.size = 20, .sizeofUChar = 2, .dataFormat = "ToCP", .formatVersion = {1}},
};
