/*
 * Which importer reads a file.
 * Not here: any one kind of file, and what importers share (import_parts.c).
 */

#include "import.h"


#define IMPORT_SPARE  ((size_t) 4 << 20)  /* bytes: else memory is short */

#define IMPORT_ROW(name)  &train_import_##name,

static const train_importer_t *const  importers[] = {
    TRAIN_IMPORTERS(IMPORT_ROW) NULL
};


maas_status_t
train_import_read(train_import_t *m, const char *file, size_t size,
    maas_err_t *err)
{
    size_t         i;
    const char    *what;
    maas_status_t  rc;

    for (i = 0; importers[i] != NULL; i++) {
        if (!importers[i]->is(file, size)) {
            continue;
        }

        rc = importers[i]->read(m, file, size, err);

        /* a name that found no memory looks like one that is not there */

        if (rc != MAAS_OK
            && maas__arena_alloc(m->arena, 1, IMPORT_SPARE) == NULL)
        {
            return maas__fail(err, MAAS_NOMEM, "out of memory");
        }

        return rc != MAAS_OK || m->answer == NULL ? rc
               : maas__fail(err, MAAS_BADVALUE, "--answer: \"%.60s\", where a"
                            " file of %s has one answer; leave it out",
                            m->answer, importers[i]->name);
    }

    what = train_import_foreign(file, size);

    if (what != NULL) {
        return maas__fail(err, MAAS_UNSUPPORTED, "%s", what);
    }

    return maas__fail(err, MAAS_BADFILE, "is no model file that is known: "
                      "expected LightGBM text, XGBoost JSON or UBJSON, "
                      "CatBoost JSON, or ONNX");
}
