/*
 * What is said of a name that the model has not, or of numbers where it wants
 * names: those which are valid.
 * Not here: where names stand (the forms' files).
 */

#include "maas_int.h"
#include "maas_records.h"

#include <stdio.h>


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

    return maas__fail(err, MAAS_BADVALUE, "unknown %s \"%.*s%s\", expected "
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
