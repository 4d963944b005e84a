#include <sys/types.h>

// As in <fcntl.h> with _GNU_SOURCE, without which Swift reads that header.
#ifndef SYNC_FILE_RANGE_WRITE
#define SYNC_FILE_RANGE_WRITE 2
int sync_file_range(int descriptor, off_t offset, off_t count, unsigned int flags);
#endif
