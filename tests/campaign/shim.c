/* Makes calls of the C library fail, or the clock jump, as environment variables say; loaded by LD_PRELOAD.

   FAULT_UNDER   calls about files below this path fail,
   FAULT_AFTER   after so many of them in a process have passed,
   FAULT_TIMES   and so many of them in a process; then they pass again,
   FAULT_ERRNO   with this error. Writing calls fail with any; reading ones with EIO only.
   FAULT_MARK    file that is made when the first call fails.
   CLOCK_AT_NS   from this moment of CLOCK_MONOTONIC on
   CLOCK_BY_S    the clock of the day is wrong by so many seconds. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define NEXT(type, name, ...) ((type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name))

static const char *under, *mark;
static long after, times, by_s, at_ns;
static int number;
static atomic_long seen;

__attribute__((constructor)) static void read_environment(void)
{
    under = getenv("FAULT_UNDER");
    mark = getenv("FAULT_MARK");
    after = getenv("FAULT_AFTER") ? atol(getenv("FAULT_AFTER")) : 0;
    times = getenv("FAULT_TIMES") ? atol(getenv("FAULT_TIMES")) : LONG_MAX;
    number = getenv("FAULT_ERRNO") ? atoi(getenv("FAULT_ERRNO")) : 0;
    at_ns = getenv("CLOCK_AT_NS") ? atol(getenv("CLOCK_AT_NS")) : 0;
    by_s = getenv("CLOCK_BY_S") ? atol(getenv("CLOCK_BY_S")) : 0;
}

static int fails_path(const char *path)
{
    if (!under || !number || !path || strncmp(path, under, strlen(under)))
        return 0;
    long turn = atomic_fetch_add(&seen, 1);
    if (turn < after || turn - after >= times)
        return 0;
    if (mark) {
        int file = NEXT(int, open64, const char *, int, ...)(mark, O_CREAT | O_WRONLY, 0666);
        if (file >= 0)
            close(file);
    }
    errno = number;
    return 1;
}

static int fails(int file)
{
    char link[64], path[PATH_MAX];
    if (!under || !number)
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return 0;
    path[length] = 0;
    return fails_path(path);
}

ssize_t write(int file, const void *bytes, size_t size)
{
    return fails(file) ? -1 : NEXT(ssize_t, write, int, const void *, size_t)(file, bytes, size);
}

ssize_t writev(int file, const struct iovec *parts, int count)
{
    return fails(file) ? -1 : NEXT(ssize_t, writev, int, const struct iovec *, int)(file, parts, count);
}

ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t offset)
{
    return fails(file) ? -1 : NEXT(ssize_t, pwrite64, int, const void *, size_t, off64_t)(file, bytes, size, offset);
}

ssize_t read(int file, void *bytes, size_t size)
{
    return number == EIO && fails(file) ? -1 : NEXT(ssize_t, read, int, void *, size_t)(file, bytes, size);
}

ssize_t pread64(int file, void *bytes, size_t size, off64_t offset)
{
    return number == EIO && fails(file) ? -1
                                        : NEXT(ssize_t, pread64, int, void *, size_t, off64_t)(file, bytes, size, offset);
}

ssize_t pwrite(int file, const void *bytes, size_t size, off_t offset)
{
    return fails(file) ? -1 : NEXT(ssize_t, pwrite, int, const void *, size_t, off_t)(file, bytes, size, offset);
}

ssize_t sendfile64(int to, int from, off64_t *offset, size_t size)
{
    return fails(to) ? -1 : NEXT(ssize_t, sendfile64, int, int, off64_t *, size_t)(to, from, offset, size);
}

ssize_t sendfile(int to, int from, off_t *offset, size_t size)
{
    return fails(to) ? -1 : NEXT(ssize_t, sendfile, int, int, off_t *, size_t)(to, from, offset, size);
}

ssize_t copy_file_range(int from, off64_t *at, int to, off64_t *target, size_t size, unsigned flags)
{
    return fails(to) ? -1
                     : NEXT(ssize_t, copy_file_range, int, off64_t *, int, off64_t *, size_t, unsigned)(from, at, to, target,
                                                                                                        size, flags);
}

int ftruncate64(int file, off64_t size)
{
    return fails(file) ? -1 : NEXT(int, ftruncate64, int, off64_t)(file, size);
}

int fdatasync(int file)
{
    return fails(file) ? -1 : NEXT(int, fdatasync, int)(file);
}

int fsync(int file)
{
    return fails(file) ? -1 : NEXT(int, fsync, int)(file);
}

int mkdir(const char *path, mode_t mode)
{
    return number != EFBIG && fails_path(path) ? -1 : NEXT(int, mkdir, const char *, mode_t)(path, mode);
}

int rename(const char *from, const char *to)
{
    return number != EFBIG && fails_path(to) ? -1 : NEXT(int, rename, const char *, const char *)(from, to);
}

static int opens(const char *path, int flags)
{
    return number != EFBIG && (flags & O_CREAT || number == EIO) && fails_path(path);
}

#define OPEN(name)                                                                         \
    int name(const char *path, int flags, ...)                                             \
    {                                                                                      \
        va_list rest;                                                                      \
        va_start(rest, flags);                                                             \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;            \
        va_end(rest);                                                                      \
        return opens(path, flags) ? -1 : NEXT(int, name, const char *, int, ...)(path, flags, mode); \
    }
OPEN(open)
OPEN(open64)

/* Below a directory that is open: its path is looked up, so that it counts as the others do. */
static int opens_at(int directory, const char *path, int flags)
{
    char link[64], whole[PATH_MAX];
    if (!under || !number || directory == AT_FDCWD || path[0] == '/')
        return opens(path, flags);
    snprintf(link, sizeof link, "/proc/self/fd/%d", directory);
    ssize_t length = readlink(link, whole, sizeof whole - 1);
    if (length < 0 || length + strlen(path) + 2 > sizeof whole)
        return 0;
    whole[length] = '/';
    strcpy(whole + length + 1, path);
    return opens(whole, flags);
}

#define OPENAT(name)                                                                                                  \
    int name(int directory, const char *path, int flags, ...)                                                         \
    {                                                                                                                 \
        va_list rest;                                                                                                 \
        va_start(rest, flags);                                                                                        \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;                                       \
        va_end(rest);                                                                                                 \
        return opens_at(directory, path, flags) ? -1                                                                  \
                                                : NEXT(int, name, int, const char *, int, ...)(directory, path, flags, mode); \
    }
OPENAT(openat)
OPENAT(openat64)

static long jump(void)
{
    struct timespec now;
    if (!by_s)
        return 0;
    NEXT(int, clock_gettime, clockid_t, struct timespec *)(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000L + now.tv_nsec >= at_ns ? by_s : 0;
}

int clock_gettime(clockid_t clock, struct timespec *found)
{
    int answer = NEXT(int, clock_gettime, clockid_t, struct timespec *)(clock, found);
    if (!answer && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        found->tv_sec += jump();
    return answer;
}

int gettimeofday(struct timeval *restrict found, void *restrict zone)
{
    int answer = NEXT(int, gettimeofday, struct timeval *, void *)(found, zone);
    if (!answer)
        found->tv_sec += jump();
    return answer;
}

time_t time(time_t *found)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (found)
        *found = now.tv_sec;
    return now.tv_sec;
}
