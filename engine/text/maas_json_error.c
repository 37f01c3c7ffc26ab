/*
 * What is wrong at a place in a JSON text, as a sentence.
 * Nothing is read here.
 */

#include "maas_int.h"
#include "maas_json.h"


maas_status_t
maas__json_expected(const maas_json_t *j, const char *what, maas_err_t *err)
{
    return maas__fail(err, MAAS_BADVALUE, "byte %zu: expected %s%s",
                      (size_t) (j->p - j->start), what,
                      j->p == j->end ? ", but the text ends here" : "");
}


maas_status_t
maas__json_bad(const maas_json_t *j, const char *sentence, maas_err_t *err)
{
    return maas__fail(err, MAAS_BADVALUE, "byte %zu: %s",
                      (size_t) (j->p - j->start), sentence);
}
