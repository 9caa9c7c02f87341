// A name server's answer, RFC 1035: every name has one address of each family.

#include "private.h"

#include <arpa/inet.h>
#include <string.h>

enum { HEADER = 12, TYPE_A = 1, TYPE_PTR = 12, TYPE_AAAA = 28, TTL = 60 };
enum { NO_ERROR = 0, NO_SUCH_NAME = 3 };

// Where the question ends; 0 if it does not, or its name is compressed, which no question's is.
static size_t end_of_question(const uint8_t *message, size_t length)
{
    size_t at = HEADER;

    while (at < length && message[at] != 0) {
        if (message[at] > 63)
            return 0;
        at += message[at] + 1u;
    }
    return at + 5 <= length ? at + 5 : 0;
}

static size_t put_address(uint8_t *record, int type)
{
    const uint8_t length = type == TYPE_A ? 4 : 16;
    // The name is the question's; class IN.
    const uint8_t head[] = {0xc0, HEADER, 0, (uint8_t)type, 0, 1, 0, 0, 0, TTL, 0, length};

    memcpy(record, head, sizeof head);
    inet_pton(type == TYPE_A ? AF_INET : AF_INET6, type == TYPE_A ? LAB_ANSWER_4 : LAB_ANSWER_6,
              record + sizeof head);
    return sizeof head + length;
}

size_t lab_answer_query(uint8_t *message, size_t length, size_t room)
{
    size_t end = length < HEADER ? 0 : end_of_question(message, length);
    int type, has_address;

    // An answer is none of ours; with several questions nobody agrees on what they mean.
    if (end == 0 || (message[2] & 0x80) || message[4] != 0 || message[5] != 1)
        return 0;
    type = message[end - 4] << 8 | message[end - 3];
    has_address = (type == TYPE_A || type == TYPE_AAAA) && end + 28 <= room;
    // An authoritative answer to the same operation, with recursion as desired and available.
    message[2] = (message[2] & 0x79) | 0x84;
    message[3] = 0x80 | (type == TYPE_PTR ? NO_SUCH_NAME : NO_ERROR);
    memset(message + 6, 0, HEADER - 6);
    message[7] = (uint8_t)has_address;
    return end + (has_address ? put_address(message + end, type) : 0);
}
