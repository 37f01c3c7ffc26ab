/*
 * To be preloaded: the program takes this CPU for one that has less.
 * MAAS_CPU=avx2: no AVX-512; base: no AVX2 and no FMA either.
 *
 * __builtin_cpu_supports() reads what __cpu_indicator_init() of libgcc, linked
 * into the program, has found; that passes over features that are there
 * already.  Libraries' constructors run before the program's, so it is enough
 * to find that table in the program's own symbols and fill it in.
 *
 * With CPU_CHECK a program that has no such table ends here.  It is the test
 * that must look whether the program then says so (`maas-trainer inspect`).
 */

#define _GNU_SOURCE

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>


/* libgcc's, the same since GCC 4.8 */

typedef struct {
    uint32_t  vendor, type, subtype, features;
} cpu_model_t;

#define CPU_OTHER   1       /* any vendor: the table is filled in */

/* places in features, as in GCC's i386-cpuinfo.h: up to SSE4.2 and POPCNT */
#define CPU_BASE    ((1u << 9) - 1)
#define CPU_AVX     (1u << 9)
#define CPU_AVX2    (1u << 10)
#define CPU_FMA     (1u << 14)


/* The first object is the program */

static int
cpu_first(struct dl_phdr_info *info, size_t size, void *data)
{
    (void) size;

    *(uintptr_t *) data = info->dlpi_addr;
    return 1;
}


static void *
cpu_symbol(const char *file, uintptr_t base, const char *name)
{
    size_t            i, j, n;
    const char       *names;
    const Elf64_Shdr *s;
    const Elf64_Sym  *sym;

    s = (const void *) (file + ((const Elf64_Ehdr *) file)->e_shoff);

    for (i = 0; i < ((const Elf64_Ehdr *) file)->e_shnum; i++) {
        if (s[i].sh_type != SHT_SYMTAB) {
            continue;
        }

        sym = (const void *) (file + s[i].sh_offset);
        names = file + s[s[i].sh_link].sh_offset;
        n = s[i].sh_size / sizeof(Elf64_Sym);

        for (j = 0; j < n; j++) {
            if (strcmp(names + sym[j].st_name, name) == 0
                && sym[j].st_shndx != SHN_UNDEF)
            {
                return (void *) (base + sym[j].st_value);
            }
        }
    }

    return NULL;
}


__attribute__((constructor))
static void
cpu_less(void)
{
    int           fd;
    char         *file;
    uintptr_t     base;
    const char   *want;
    cpu_model_t  *model;
    struct stat   st;

    want = getenv("MAAS_CPU");

    if (want == NULL) {
        return;
    }

    fd = open("/proc/self/exe", O_RDONLY);

    if (fd < 0 || fstat(fd, &st) != 0) {
        return;
    }

    file = mmap(NULL, (size_t) st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);

    if (file == MAP_FAILED) {
        return;
    }

    dl_iterate_phdr(cpu_first, &base);
    model = cpu_symbol(file, base, "__cpu_model");

    if (model != NULL) {
        model->vendor = CPU_OTHER;
        model->features = CPU_BASE;

        if (strcmp(want, "avx2") == 0) {
            model->features |= CPU_AVX | CPU_AVX2 | CPU_FMA;
        }
    }

    munmap(file, (size_t) st.st_size);
}
