/*
 * Large files are mapped: the same bytes again after their memory was given
 * back, marks and encodings as in small ones, an end with a sentence where a
 * file is cut.
 */

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "data/table.h"
#include "read/maas_crc.h"
#include "util.h"


#define LARGE  (6u << 20)
#define SMALL  1000


static char  path[64];


/* Lines of 16 bytes, with `word` at the begin and in the middle */

static char *
write_text(size_t n, const char *word)
{
    int      fd;
    char    *text;
    size_t   i;

    text = train_alloc(n + 1, 1);

    for (i = 0; i + 16 <= n; i += 16) {
        (void) snprintf(text + i, 17, "%07zu,abcdefg\n", i / 16 % 1000000);
    }

    (void) memset(text + i, '\n', n - i);
    (void) memcpy(text, word, strlen(word));
    (void) memcpy(text + n / 32 * 16 + 8, word, strlen(word));

    (void) snprintf(path, sizeof(path), "%s/maas-text-XXXXXX", P_tmpdir);
    fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, n), (ssize_t) n);
    assert_int_equal(close(fd), 0);

    return text;
}


static void
same(size_t n)
{
    char          *want;
    size_t         i;
    uint32_t       crc;
    train_text_t   t;

    want = write_text(n, "x");
    crc = 0;
    train_text_read(&t, path, NULL, 0, &crc);
    assert_int_equal(t.len, n);
    assert_int_equal(t.map != NULL, n == LARGE);
    assert_int_equal(crc, maas__crc32c(0, want, n));

    for (i = 0; i < 2; i++) {
        assert_memory_equal(t.data, want, n);
        train_text_done(&t, t.data + n / 2);
        train_text_done(&t, t.data + n);
    }

    train_text_free(&t);
    train_free(want);
    assert_int_equal(unlink(path), 0);
}


static void
large_is_as_small(void **state)
{
    (void) state;
    same(SMALL);
    same(LARGE);
}


static void
encodings_are_known(void **state)
{
    char          *want;
    size_t         i;
    uint32_t       crc;
    train_text_t   t;

    (void) state;

    for (i = 0; i < 2; i++) {
        crc = 0;
        want = write_text(i ? LARGE : SMALL, "\xef\xbb\xbf");
        train_text_read(&t, path, NULL, 0, &crc);
        assert_int_equal(t.len, (i ? LARGE : SMALL) - 3);
        assert_memory_equal(t.data, want + 3, t.len);
        train_text_free(&t);
        train_free(want);
        assert_int_equal(unlink(path), 0);

        want = write_text(i ? LARGE : SMALL, "\xfc");
        train_text_read(&t, path, NULL, 0, &crc);
        assert_int_equal(t.len, (i ? LARGE : SMALL) + 2);
        assert_memory_equal(t.data, "\xc3\xbc", 2);
        train_text_free(&t);
        train_free(want);
        assert_int_equal(unlink(path), 0);
    }
}


static void
a_cut_file_is_said(void **state)
{
    int           status;
    pid_t         child;
    uint32_t      crc;
    train_text_t  t;

    (void) state;
    train_free(write_text(LARGE, "x"));
    child = fork();
    assert_true(child >= 0);

    if (child == 0) {
        crc = 0;
        (void) close(STDERR_FILENO);
        train_text_read(&t, path, NULL, 0, &crc);
        train_text_done(&t, t.data + t.len);

        if (truncate(path, 10) != 0) {
            _exit(99);
        }

        _exit(t.data[LARGE - 1] == '\n' ? 98 : 97);
    }

    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), TRAIN_EXIT_FAILED);
    assert_int_equal(unlink(path), 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(large_is_as_small),
        cmocka_unit_test(encodings_are_known),
        cmocka_unit_test(a_cut_file_is_said)
    };

    return cmocka_run_group_tests_name("train text", tests, NULL, NULL);
}
