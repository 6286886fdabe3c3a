/*
 * Preloaded into PostgreSQL: every flush to the disk takes as many microseconds longer as the first four bytes of the
 * file FLUSH_DELAY_FILE say at that moment. The file is mapped, so that a delay can be changed while the server runs.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static volatile const uint32_t *delay_us;
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);

__attribute__((constructor)) static void prepare(void) {
  real_fsync = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  real_fdatasync = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  const char *file = getenv("FLUSH_DELAY_FILE");
  int descriptor = file ? open(file, O_RDONLY | O_CLOEXEC) : -1;
  if (descriptor < 0) return;
  void *mapped = mmap(NULL, sizeof(uint32_t), PROT_READ, MAP_SHARED, descriptor, 0);
  if (mapped != MAP_FAILED) delay_us = mapped;
  close(descriptor);
}

static void take_longer(void) {
  uint32_t us = delay_us ? *delay_us : 0;
  if (us == 0) return;
  struct timespec delay = {.tv_sec = us / 1000000, .tv_nsec = (long)(us % 1000000) * 1000};
  nanosleep(&delay, NULL);
}

int fsync(int descriptor) {
  take_longer();
  return real_fsync(descriptor);
}

int fdatasync(int descriptor) {
  take_longer();
  return real_fdatasync(descriptor);
}
