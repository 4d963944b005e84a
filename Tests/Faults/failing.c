// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

// A library to be preloaded (ld.so(8)) that lets the n-th change of a file below a directory fail once, as a full or broken disk
// does: FAULT_PATH names the directory, FAULT_AT the number from 1, FAULT_COUNT a file for the number of changes that were
// asked for. Writes fail half done where there is something to halve.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long count;

static int is_below(const char *path) {
    const char *root = getenv("FAULT_PATH");
    return root && path && strncmp(path, root, strlen(root)) == 0;
}

static int is_watched(int descriptor) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return is_below(path);
}

// Whether this change is the one that fails.
static int fails(void) {
    const char *at = getenv("FAULT_AT");
    return atomic_fetch_add(&count, 1) + 1 == (at ? atol(at) : 0);
}

__attribute__((destructor)) static void tell(void) {
    const char *path = getenv("FAULT_COUNT");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (!file) return;
    fprintf(file, "%ld\n", atomic_load(&count));
    fclose(file);
}

#define REAL(name) __typeof__(&name) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

ssize_t write(int descriptor, const void *bytes, size_t size) {
    REAL(write);
    if (!is_watched(descriptor) || !fails()) return real(descriptor, bytes, size);
    if (size > 1) real(descriptor, bytes, size / 2);
    errno = ENOSPC;
    return -1;
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t size, off64_t place) {
    REAL(pwrite64);
    if (!is_watched(descriptor) || !fails()) return real(descriptor, bytes, size, place);
    if (size > 1) real(descriptor, bytes, size / 2, place);
    errno = ENOSPC;
    return -1;
}

ssize_t pwrite(int descriptor, const void *bytes, size_t size, off_t place) {
    return pwrite64(descriptor, bytes, size, place);
}

int fsync(int descriptor) {
    REAL(fsync);
    if (!is_watched(descriptor) || !fails()) return real(descriptor);
    errno = EIO;
    return -1;
}

int fdatasync(int descriptor) {
    REAL(fdatasync);
    if (!is_watched(descriptor) || !fails()) return real(descriptor);
    errno = EIO;
    return -1;
}

int ftruncate64(int descriptor, off64_t size) {
    REAL(ftruncate64);
    if (!is_watched(descriptor) || !fails()) return real(descriptor, size);
    errno = EIO;
    return -1;
}

int rename(const char *old, const char *new) {
    REAL(rename);
    if (!is_below(new) || !fails()) return real(old, new);
    errno = ENOSPC;
    return -1;
}

int unlink(const char *path) {
    REAL(unlink);
    if (!is_below(path) || !fails()) return real(path);
    errno = EIO;
    return -1;
}
