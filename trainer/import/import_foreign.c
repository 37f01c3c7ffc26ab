/*
 * Files of models that no importer reads: what each is, and how to save it so
 * that one does.
 * Not here: files that are read (import.c).
 */

#define _GNU_SOURCE                     /* memmem */

#include <string.h>

#include "import.h"


#define FOREIGN_EARLY  ((size_t) 1 << 16)

/* `bytes` stand at `at`, and `inside` is somewhere in the first or last
 * FOREIGN_EARLY bytes.  The first row that fits is told. */

typedef struct {
    size_t       at;
    size_t       n;
    const char  *bytes;
    const char  *inside;                /* NULL: anything */
    const char  *what;
} foreign_t;

#define FOREIGN_XGBOOST                                                       \
    "load it with the XGBoost that wrote it (before 3.1) and call "           \
    "save_model(\"model.json\")"
#define FOREIGN_ONNX_SKLEARN                                                  \
    "skl2onnx.to_onnx(model, X[:1]), whose SerializeToString() is a file"
#define FOREIGN_ONNX_TORCH                                                    \
    "torch.onnx.export(model.eval(), (x,), \"model.onnx\")"

static const foreign_t  foreign[] = {

    { 8, 1, "{", "\"__metadata__\"",
      "is safetensors: one that maas-trainer wrote is a model file already, "
      "and weights alone are no model" },

    { 0, 4, "PK\3\4", "model.weights.h5",
      "is a model of Keras: load it with keras.models.load_model() and call "
      "model.export(\"model.onnx\", format=\"onnx\")" },
    { 0, 4, "PK\3\4", "data.pkl",
      "is a model of PyTorch: load it in Python and call "
      FOREIGN_ONNX_TORCH },
    { 0, 4, "PK\3\4", NULL,
      "is a zip archive and no model file that is known: expected the file "
      "that is in it, or the model as ONNX" },

    { 0, 8, "\x89HDF\r\n\x1a\n", NULL,
      "is HDF5, as of Keras: load it with keras.models.load_model() and call "
      "model.export(\"model.onnx\", format=\"onnx\")" },
    { 4, 4, "TFL3", NULL,
      "is a model of TensorFlow Lite: export the model that it was made of "
      "as ONNX, with tf2onnx or Keras" },

    { 0, 1, "\x80", "lightgbm",
      "is a pickle with a model of LightGBM: load it in Python and call "
      "save_model(\"model.txt\") of the booster (model.booster_)" },
    { 0, 1, "\x80", "xgboost",
      "is a pickle with a model of XGBoost: load it in Python and call "
      "model.save_model(\"model.json\")" },
    { 0, 1, "\x80", "catboost",
      "is a pickle with a model of CatBoost: load it in Python and call "
      "model.save_model(\"model.json\", format=\"json\", pool=pool)" },
    { 0, 1, "\x80", "sklearn",
      "is a pickle with a model of scikit-learn: load it in Python and write "
      "it with " FOREIGN_ONNX_SKLEARN },
    { 0, 14, "\x80\2\x8a\nl\xfc\x9c" "F\xf9 j\xa8P\x19", NULL,
      "is a model of PyTorch: load it in Python and call "
      FOREIGN_ONNX_TORCH },
    { 0, 1, "\x80", NULL,
      "is a pickle, which is a program for Python and never run here: load "
      "it there and write it as ONNX; for scikit-learn with "
      FOREIGN_ONNX_SKLEARN },

    { 0, 2, "\x1f\x8b", NULL,
      "is packed by gzip: unpack it; if joblib wrote it, load it in Python "
      "and write it with " FOREIGN_ONNX_SKLEARN },
    { 0, 1, "\x78", NULL,
      "is packed by zlib, as of joblib: load it in Python and write it with "
      FOREIGN_ONNX_SKLEARN },
    { 0, 3, "BZh", NULL,
      "is packed by bzip2: unpack it; if joblib wrote it, load it in Python "
      "and write it with " FOREIGN_ONNX_SKLEARN },
    { 0, 6, "\xfd" "7zXZ\0", NULL,
      "is packed by xz: unpack it; if joblib wrote it, load it in Python "
      "and write it with " FOREIGN_ONNX_SKLEARN },

    { 0, 4, "binf", NULL,
      "is XGBoost's old binary form: " FOREIGN_XGBOOST },
    { 0, 4, "bs64", NULL,
      "is XGBoost's old binary form: " FOREIGN_XGBOOST },
    { 0, 0, "", "\6\0\0\0\0\0\0\0gbtree",
      "is XGBoost's old binary form: " FOREIGN_XGBOOST },
    { 0, 0, "", "\10\0\0\0\0\0\0\0gblinear",
      "is XGBoost's old binary form: " FOREIGN_XGBOOST },
    { 0, 0, "", "\4\0\0\0\0\0\0\0dart",
      "is XGBoost's old binary form: " FOREIGN_XGBOOST },
    { 0, 1, "[", "\"nodeid\"",
      "is a dump of XGBoost, which has no base score and no objective: call "
      "save_model(\"model.json\") instead of dump_model()" },
    { 0, 11, "booster[0]:", NULL,
      "is a dump of XGBoost, which has no base score and no objective: call "
      "save_model(\"model.json\") instead of dump_model()" },

    { 0, 1, "{", "\"tree_info\"",
      "is LightGBM's dump_model(): call save_model(\"model.txt\") instead" },

    { 0, 4, "\3\0\0\0", NULL,
      "looks like a checkpoint of Treelite, which forgets what a model was "
      "of: import the model that it was made of" },
    { 0, 4, "\4\0\0\0", NULL,
      "looks like a checkpoint of Treelite, which forgets what a model was "
      "of: import the model that it was made of" },

    { 0, 5, "<?xml", "<PMML",
      "is PMML: save the model in its library's own form, or as ONNX" },
    { 0, 8, "RDX3\nX\n\0", NULL,
      "is a file of R: save the model with lgb.save() or xgb.save()" }
};


static int
foreign_has(const char *file, size_t size, const char *inside, size_t n)
{
    size_t  most;

    most = size < FOREIGN_EARLY ? size : FOREIGN_EARLY;

    return memmem(file, most, inside, n) != NULL
           || memmem(file + size - most, most, inside, n) != NULL;
}


/* The length of a text that may begin with a number of 8 bytes */

static size_t
foreign_len(const char *s)
{
    return s[1] == '\0' ? 8 + (size_t) s[0] : strlen(s);
}


const char *
train_import_foreign(const char *file, size_t size)
{
    size_t            i;
    const foreign_t  *f;

    for (i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
        f = &foreign[i];

        if (size >= f->at + f->n
            && memcmp(file + f->at, f->bytes, f->n) == 0
            && (f->inside == NULL
                || foreign_has(file, size, f->inside,
                               foreign_len(f->inside))))
        {
            return f->what;
        }
    }

    return NULL;
}
