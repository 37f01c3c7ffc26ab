/*
 * Model files: how a trained network becomes one, and how one is run on data.
 * Nothing here trains.
 */

#ifndef TRAIN_MODEL_H
#define TRAIN_MODEL_H

#include "data/table.h"
#include "fit/options.h"
#include "judge/interval.h"
#include "judge/metrics.h"
#include "op/maas_op.h"


/* record.c: the `maas` document of a new model */

typedef struct {
    const train_options_t  *options;
    const train_data_t     *data;
    const train_scale_t    *scale;
    const float            *baseline;   /* (in) means of the training rows'
                                           numbers; NULL: not told */
    const train_net_t      *net;        /* NULL: the nodes */
    const maas_node_t      *nodes;      /* (n_nodes) */
    size_t                  n_nodes;
    const char             *portfolio;  /* what was tried, a member of JSON with
                                           its name; NULL: one network */
    train_loss_t            loss;
    const train_result_t   *result;
    const train_spreads_t *interval;   /* NULL, or out 0: none */
    const train_metrics_t  *judged;     /* by validation; NULL: not */
    const train_metrics_t  *test;       /* NULL: not measured */
    const train_fold_t     *folds;      /* (n_folds) */
    size_t                  n_folds;
    char                  **warnings;   /* (n_warnings) */
    size_t                  n_warnings;
    double                  temperature;    /* 1: not calibrated */
    float                   threshold;      /* 0: as usual */
    const float            *decision;       /* (out), NULL: as usual */
    size_t                  n_train;
    size_t                  n_valid;
    size_t                  n_teachers;     /* options->teacher names them */
    const uint32_t         *teacher_crc32c; /* (n_teachers) */
    size_t                  teacher_bytes;  /* of all their files */
    const train_metrics_t  *taught;     /* their own; NULL: not measured */
    const train_data_t     *more;       /* rows without a truth; NULL: none */
    const train_dp_t       *dp;             /* NULL: without privacy */
    const train_dp_spent_t *spent;
} train_record_t;

/* JSON text, to be given to train_free(). */
char *train_record(const train_record_t *r);

/* A layer, as an entry of the member layers; before: the value that it takes
 * if none is said. */
void train_record_layer(maas_writer_t *w, const maas_node_t *n,
    unsigned before);


/* record_inputs.c: the member inputs of a document, and how numbers of a column
 * are written, as members of it */
void train_record_inputs(maas_writer_t *w, const train_record_t *r);
void train_record_format(maas_writer_t *w, const maas_column_t *c);
/* A column of it. */
void train_record_column(maas_writer_t *w, const maas_column_t *c);

/* columns_record.c: the members other_columns and, if asked for, reference of a
 * document; of a tensor just a baseline, if there is one. */
void train_columns_record(maas_writer_t *w, const train_data_t *d,
    const train_scale_t *s, const float *baseline, int reference);
/* The member columns of a training: what its rows have said of some columns. */
void train_columns_decided(maas_writer_t *w, const train_table_t *t);
/* How texts of the target (of that name, NULL: of the first) or the weights
 * were read in training, lists in the arena; 0 if the model does not say. */
int train_other_recorded(const maas_info_t *info, maas_role_t which,
    const char *name, maas_arena_t *a, maas_column_t *f);

/* columns_reference.c: members of a column of that member: edges, counts,
 * unknown and missing. */
void train_columns_reference(maas_writer_t *w, const train_data_t *d,
    const train_scale_t *s, const train_column_t *c);

/* record_teacher.c: "teacher" of the training record; nothing without. */
void train_record_teacher(maas_writer_t *w, const train_record_t *r);

/* record_settings.c: "settings" of the training record, as they were used:
 * what was left to the data is what it chose. */
void train_record_settings(maas_writer_t *w, const train_record_t *r);


/* write.c */

/* Layers, or the network, as the bytes of a model file, to be given to
 * train_free().  document: JSON text. */
void *train_image_of(const maas_node_t *nodes, size_t n, const char *document,
    size_t *size);
void *train_image(const train_net_t *net, const char *document, size_t *size);


/* run.c: rows through the engine, as nginx runs them */

maas_model_t *train_model_open(const char *path);
/* Answers y(rows,out) for the rows row(rows) of d, or for all with NULL; to be
 * given to train_free().  Dies if one is not finite. */
float *train_model_run(const maas_model_t *m, const train_data_t *d,
    const uint32_t *row, size_t rows);
/* The same, but where far(rows), all 0, is not NULL it is told by a 1. */
float *train_model_run_far(const maas_model_t *m, const train_data_t *d,
    const uint32_t *row, size_t rows, uint8_t *far);
#define TRAIN_NOT_FINITE                                                      \
    "an answer is not finite: the numbers are too large for this model"
/* The same of all rows, widened, or, if raw, the scores of maas_raw(), which
 * may be not finite. */
double *train_model_raw(const maas_model_t *m, const train_data_t *d, int raw);
/* What the training record says of `what` in its part `data` or `settings`, a
 * text, or NULL; to be freed. */
char *train_model_recorded(const maas_info_t *info, const char *part,
    const char *what);


#endif /* TRAIN_MODEL_H */
