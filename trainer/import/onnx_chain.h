/*
 * Parts of chains, for who meets them as sums and products.
 * Not here: operators that are a part by name (onnx_chain.c has them itself).
 */

#ifndef TRAIN_ONNX_CHAIN_H
#define TRAIN_ONNX_CHAIN_H

#include "onnx.h"


/* Are all of v(n) the same?  Then *all; `none` without v. */
int train_chain_uniform(const double *v, size_t n, double none, double *all);

/* Are they the same numbers, but for what they wait for? */
int train_chain_same(const train_onnx_value_t *u, const train_onnx_value_t *v);

/* These return NULL if they failed, o->err says so, or, where it says nothing,
 * if u and v are no such thing. */

/* A part of that kind, of n numbers, of a value; its number as the kind has
 * it. */
train_onnx_value_t *train_chain_of(train_onnx_t *o, train_onnx_kind_t kind,
    const train_onnx_value_t *of, double number, size_t n);

/* A piece of x / root - mean / root, which waits for scales v->a. */
train_onnx_value_t *train_chain_piece(train_onnx_t *o, train_onnx_kind_t kind,
    const train_onnx_value_t *inv, double scale);

/* (x - mean) / root, of one x. */
const train_onnx_value_t *train_chain_norm(train_onnx_t *o,
    const train_onnx_node_t *n, const train_onnx_value_t *dev,
    const train_onnx_value_t *std);

/* u + v: x / root and -mean / root by the same scale, and what was added. */
const train_onnx_value_t *train_chain_norm_of(train_onnx_t *o,
    const train_onnx_node_t *n, const train_onnx_value_t *u,
    const train_onnx_value_t *v);

/* u * v or u / v, as v is of kind ONNX_INV or ONNX_STD, about 0: u by the root
 * of the mean of its squares and an epsilon; and that of any v. */
const train_onnx_value_t *train_chain_by_root(train_onnx_t *o,
    const train_onnx_node_t *n, const train_onnx_value_t *u,
    const train_onnx_value_t *v, train_onnx_kind_t kind);
const train_onnx_value_t *train_chain_rms(train_onnx_t *o,
    const train_onnx_node_t *n, const train_onnx_value_t *v, double epsilon);

/* 1 / (1 + exp(x)) */
const train_onnx_value_t *train_chain_sigmoid(train_onnx_t *o,
    const train_onnx_node_t *n, const train_onnx_value_t *x);

/* onnx_share.c: u / v, u + v, u - v, where one is a sum of the other's numbers
 * or what comes of one */
const train_onnx_value_t *train_share_div(train_onnx_t *o,
    const train_onnx_node_t *n, const train_onnx_value_t *u,
    const train_onnx_value_t *v);
const train_onnx_value_t *train_share_add(train_onnx_t *o,
    const train_onnx_value_t *u, const train_onnx_value_t *v);
const train_onnx_value_t *train_share_sub(train_onnx_t *o,
    const train_onnx_value_t *u, const train_onnx_value_t *v);

/* u * v, of two values of a row; refused if it is no part of a chain. */
const train_onnx_value_t *train_chain_times(train_onnx_t *o,
    const train_onnx_node_t *n, const train_onnx_value_t *u,
    const train_onnx_value_t *v);


#endif /* TRAIN_ONNX_CHAIN_H */
