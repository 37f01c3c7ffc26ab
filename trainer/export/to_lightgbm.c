/*
 * A model of trees as LightGBM's text, which LightGBM loads and predicts with.
 * Not here: which of its trees is which of ours (to_lightgbm_plan.c), a tree
 * (to_lightgbm_tree.c), names and categories (to_lightgbm_columns.c).
 */

#include "to_lightgbm.h"

#include <stdio.h>


/* Blocks of all trees, and the bytes of each */

static int
to_lightgbm_blocks(train_to_lightgbm_t *l, FILE *f)
{
    long    before, after;
    size_t  i, n;

    n = l->iterations * l->t.out;
    l->bytes = train_alloc(n, sizeof(size_t));
    before = 0;

    for (i = 0; i < n; i++) {
        if (train_to_lightgbm_tree(l, f, i, i % l->t.out) != 0) {
            return -1;
        }

        after = ftell(f);
        l->bytes[i] = (size_t) (after - before);
        before = after;
    }

    return 0;
}


static void
to_lightgbm_head(const train_to_lightgbm_t *l, FILE *f)
{
    size_t  i;

    (void) fprintf(f, "tree\nversion=v4\nnum_class=%zu\n"
                   "num_tree_per_iteration=%zu\nlabel_index=0\n"
                   "max_feature_idx=%zu\n", l->t.out, l->t.out, l->t.in - 1);

    if (l->objective != NULL) {
        (void) fprintf(f, "objective=%s\n", l->objective);
    }

    if (l->average) {
        (void) fputs("average_output\n", f);
    }

    train_to_lightgbm_features(l, f);
    (void) fputs("tree_sizes=", f);

    for (i = 0; i < l->iterations * l->t.out; i++) {
        (void) fprintf(f, "%s%zu", i > 0 ? " " : "", l->bytes[i]);
    }

    (void) fputs("\n\n", f);
}


static void
to_lightgbm_notes(const train_to_lightgbm_t *l)
{
    train_exported_t  *e = l->e;

    if (l->objective == NULL) {
        train_exported_note(e, "without an objective: LightGBM's predict() "
                            "says the numbers as they are");
    }

    if (l->t.sum == MAAS_F32) {
        train_exported_note(e, "sums are of single precision here and of "
                            "double precision in LightGBM: they differ by "
                            "about 1e-7 of the largest leaf a tree");
    }

    if (l->t.x == MAAS_F32) {
        train_exported_note(e, "rows are single precision: give LightGBM "
                            "numpy.float32, or values beside thresholds may "
                            "go the other way");
    }

    if (!l->t.tiny) {
        train_exported_note(e, "LightGBM takes numbers up to 1e-35 for 0");
    }

    if (l->odd & TRAIN_TO_LIGHTGBM_FLOOR) {
        train_exported_note(e, "LightGBM takes numbers between -1 and 0 for "
                            "category 0");
    }

    if (l->t.cover == NULL) {
        train_exported_note(e, "the model does not say how many rows of "
                            "training came where: pred_contrib means nothing");

    } else if (l->odd & TRAIN_TO_LIGHTGBM_COVER) {
        train_exported_note(e, "rows of training are weights here and are "
                            "rounded to counts: pred_contrib differs a little");
    }
}


static int
to_lightgbm_write(train_exported_t *e)
{
    int                   rc;
    char                 *blocks;
    FILE                 *f;
    size_t                size;
    train_to_lightgbm_t   l = { .e = e, .d = e->desc };

    f = open_memstream(&blocks, &size);
    if (f == NULL) {
        train_die("no memory for the export");
    }

    rc = train_to_lightgbm_plan(&l) != 0 || train_to_lightgbm_columns(&l) != 0
         || to_lightgbm_blocks(&l, f) != 0 ? -1 : 0;

    if (fclose(f) != 0) {
        train_die("no memory for the export");
    }

    if (rc == 0) {
        to_lightgbm_head(&l, e->f);
        (void) fwrite(blocks, 1, size, e->f);
        (void) fputs("end of trees\n\nfeature_importances:\n\nparameters:\n",
                     e->f);
        train_to_lightgbm_parameters(&l, e->f);
        (void) fputs("\nend of parameters\n\npandas_categorical:", e->f);
        train_to_lightgbm_categories(&l, e->f);
        (void) fputs("\n", e->f);
        to_lightgbm_notes(&l);
    }

    train_free(blocks);
    train_to_lightgbm_free(&l);

    return rc;
}


const train_exporter_t  train_export_lightgbm = {
    .name = "lightgbm",
    .suffix = ".txt",
    .what = "LightGBM's text",
    .write = to_lightgbm_write
};
