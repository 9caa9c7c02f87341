// What the probes need of C and Swift cannot import.
//
// libcurl's curl_easy_setopt and curl_easy_getinfo are variadic, which Swift cannot import.
// Each wrapper here fixes one kind of argument; nothing else is added.
#ifndef TEMPER_CPROBES_H
#define TEMPER_CPROBES_H

#include <curl/curl.h>

// setns(2) is declared only under _GNU_SOURCE, which Swift's Glibc module does not set.
extern int setns(int descriptor, int kind);
static const int temper_network_namespace = 0x40000000; // CLONE_NEWNET

static inline CURLcode temper_curl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode temper_curl_set_string(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

typedef size_t (*temper_curl_write)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode temper_curl_set_write(CURL *handle, temper_curl_write write, void *context) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, write);
    return code ? code : curl_easy_setopt(handle, CURLOPT_WRITEDATA, context);
}

static inline long temper_curl_response_code(CURL *handle) {
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

#endif
