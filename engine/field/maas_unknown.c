/*
 * What is said of a name that the model has not, or of numbers where it wants
 * names: those which are valid.
 * Not here: where names stand (the forms' files, maas_layout_names.c).
 */

#include "maas_int.h"
#include "maas_unknown.h"

#include <stdio.h>
#include <string.h>


#define UNKNOWN_SHOWN  40          /* bytes of the name */
#define UNKNOWN_ROOM   200         /* and of those that are valid */
#define UNKNOWN_MORE   32


/* The names of the model's columns, as many as there is room for */

static void
unknown_columns(const maas_info_t *info, char *list)
{
    int     n;
    size_t  i, len, room;

    len = 0;

    for (i = 0; i < info->n_columns; i++) {
        room = UNKNOWN_ROOM - len;
        room -= i + 1 < info->n_columns ? UNKNOWN_MORE : 0;

        n = snprintf(list + len, room, "%s\"%s\"", i == 0 ? "" : ", ",
                     info->columns[i]);

        if ((size_t) n >= room) {
            (void) snprintf(list + len, UNKNOWN_MORE, "%s... (%zu in all)",
                            i == 0 ? "" : ", ", info->n_columns);
            return;
        }

        len += (size_t) n;
    }
}


static maas_status_t
unknown_name(const char *what, maas_str_t name, const char *tensor,
    const char *list, maas_err_t *err)
{
    int          shown;
    const char  *quote, *or;

    shown = (int) (name.len < UNKNOWN_SHOWN ? name.len : UNKNOWN_SHOWN);
    quote = tensor[0] != '\0' ? "\"" : "";
    or = tensor[0] != '\0' && list[0] != '\0' ? " or " : "";

    return maas__fail(err, MAAS_BADNAME, "unknown %s \"%.*s%s\", expected "
                      "%s%.64s%s%s%s", what, shown, name.data,
                      name.len > UNKNOWN_SHOWN ? "..." : "", quote, tensor,
                      quote, or, list);
}


maas_status_t
maas__unknown_column(const maas_info_t *info, maas_str_t name,
    maas_err_t *err)
{
    char  list[UNKNOWN_ROOM] = "";

    unknown_columns(info, list);

    return unknown_name("column", name, "", list, err);
}


static inline char
unknown_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char) (c | 0x20) : c;
}


/* Are they the same but for case, blanks, "_", "-" and "."? */

static int
unknown_alike(const char *a, maas_str_t b)
{
    size_t       i;
    const char  *skip = " _-.";

    i = 0;

    for ( ;; ) {
        while (*a != '\0' && strchr(skip, *a) != NULL) {
            a++;
        }

        while (i < b.len && (b.data[i] == '\0'
                             || strchr(skip, b.data[i]) != NULL))
        {
            i++;
        }

        if (*a == '\0' || i == b.len) {
            return *a == '\0' && i == b.len;
        }

        if (unknown_lower(*a++) != unknown_lower(b.data[i++])) {
            return 0;
        }
    }
}


const char *
maas__column_near(const maas_info_t *info, maas_str_t s)
{
    size_t       i;
    const char  *name;

    for (i = 0; i < info->n_columns + info->n_others; i++) {
        name = i < info->n_columns ? info->columns[i]
                                   : info->others[i - info->n_columns].name;

        if (unknown_alike(name, s)) {
            return name;
        }
    }

    return NULL;
}


maas_status_t
maas__misspelt_column(const maas_info_t *info, maas_str_t name,
    maas_err_t *err)
{
    char         list[UNKNOWN_ROOM] = "";
    const char  *near;

    near = maas__column_near(info, name);

    if (near == NULL) {
        return maas__unknown_column(info, name, err);
    }

    unknown_columns(info, list);

    return maas__fail(err, MAAS_BADNAME, "unknown column \"%.*s\" (did you "
                      "mean \"%.40s\"?), expected %s",
                      (int) (name.len < UNKNOWN_SHOWN ? name.len
                                                      : UNKNOWN_SHOWN),
                      name.data, near, list);
}


maas_status_t
maas__unknown_input(const maas_info_t *info, maas_str_t name, maas_err_t *err)
{
    char  list[UNKNOWN_ROOM] = "";

    unknown_columns(info, list);

    return unknown_name("input", name, info->plain ? info->input_name : "",
                        list, err);
}


maas_status_t
maas__raw_numbers(const maas_info_t *info, maas_err_t *err)
{
    char  list[UNKNOWN_ROOM] = "";

    if (info->plain) {
        return MAAS_OK;
    }

    unknown_columns(info, list);

    return maas__fail(err, MAAS_BADVALUE, "raw numbers are no rows of this "
                      "model, which takes values of its columns, %s", list);
}
