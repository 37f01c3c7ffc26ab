/*
 * What to do about operators that are not known.
 * Not here: those that are.
 */

#include "onnx.h"

#include <string.h>


typedef struct {
    const char  *op;
    const char  *hint;
} onnx_hint_t;

static const char  onnx_pictures[] =
    "pictures and sequences come with a later version";
static const char  onnx_texts[] =
    "texts are not cut into words here; train on columns made of them, or with"
    " maas-trainer fit, which has n-grams";
static const char  onnx_recurrent[] =
    "recurrent layers are not run here";
static const char  onnx_neighbours[] =
    "it looks like nearest neighbours or a loop, which is not run here; a"
    " forest or a network in its place is";
static const char  onnx_distances[] =
    "it looks like distances to centres, as of KMeans, or a mixture, which is"
    " not run here; let the number of the nearest centre be a column before the"
    " model";
static const char  onnx_labels_of[] =
    "votes for labels are counted of trees only, as of AdaBoost: let it have"
    " trees as its estimator, or export a model that has probabilities";

static const char  onnx_compared[] =
    "numbers are compared with constants only: let columns as of"
    " QuantileTransformer or PowerTransformer be columns before the model";
static const char  onnx_columns[] =
    "let what is computed of columns be columns before the model";

static const onnx_hint_t  onnx_hints[] = {
    { "Conv", onnx_pictures },
    { "ConvTranspose", onnx_pictures },
    { "MaxPool", onnx_pictures },
    { "AveragePool", onnx_pictures },
    { "GlobalAveragePool", onnx_pictures },
    { "GlobalMaxPool", onnx_pictures },
    { "Pad", onnx_pictures },
    { "TfIdfVectorizer", onnx_texts },
    { "Tokenizer", onnx_texts },
    { "StringNormalizer", onnx_texts },
    { "LSTM", onnx_recurrent },
    { "GRU", onnx_recurrent },
    { "RNN", onnx_recurrent },
    { "Scan", onnx_neighbours },
    { "Loop", onnx_neighbours },
    { "TopK", onnx_neighbours },
    { "CDist", onnx_neighbours },
    { "If", onnx_neighbours },
    { "ArgMax", onnx_labels_of },
    { "GatherND", onnx_recurrent },
    { "SequenceConstruct", "a list of answers: export a model for each" },
    { "ArgMin", onnx_distances },
    { "ReduceSumSquare", onnx_distances },
    { "ReduceL2", onnx_distances },
    { "ReduceProd", "products of columns, as of PolynomialFeatures, have to be"
      " columns before the model; trees find them themselves" },
    { "Where", onnx_compared },
    { "IsNaN", onnx_compared },
    { "Log", onnx_columns },
    { "Log1p", onnx_columns },
    { "QLinearMatMul", "export the model before it is quantized" },
    { "DynamicQuantizeLinear", "export the model before it is quantized" },
    { "DequantizeLinear", "export the model before it is quantized" },
    { "Attention", "attention comes with a later version" },
    { NULL, NULL }
};


maas_status_t
train_onnx_unknown(train_onnx_t *o, const train_onnx_node_t *n)
{
    const onnx_hint_t  *h;

    for (h = onnx_hints; h->op != NULL && !train_onnx_is(n->op, h->op); h++) {
        /* void */
    }

    if (h->op != NULL) {
        return train_onnx_refuse(o, n, "an operator that is not known here:"
                                 " %s", h->hint);
    }

    return train_onnx_refuse(o, n, "an operator that is not known here; see"
                             " docs/import.md for those that are, and leave"
                             " out what stands before or behind the model");
}
