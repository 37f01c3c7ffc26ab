# make             the module and the trainer, in build/
# make demo        train on made data, serve it on 127.0.0.1:8080, or PORT=N
# make test        everything that must hold
# CONTRIBUTING.md has the rest

SHELL       = /bin/sh
B           = build
TOP        := $(CURDIR)

# all cores; a -j that is given wins
ifeq ($(MAKELEVEL),0)
MAKEFLAGS  += -j$(shell nproc 2>/dev/null || echo 1)
endif

# V=1 shows the commands
E           = $(if $(V),,@)

CC          = gcc
WARN        = -W -Wall -Wpointer-arith -Wvla -Walloca -Wno-unused-parameter -Werror
CFLAGS      = -O2 -g
ALL_CFLAGS  = -std=gnu11 $(WARN) $(CFLAGS) -ffp-contract=off -fPIC $(SANFLAGS)
ALL_LDFLAGS = $(LDFLAGS) $(SANFLAGS)
LIBS        = -lopenblas -lcjson -lpng -lz -lcrypto -lm -lpthread

ifdef SAN
SANFLAGS    = -fsanitize=address,undefined -fno-sanitize-recover=undefined \
              -fno-omit-frame-pointer
endif

# where nginx's headers are: Debian's nginx-dev, or any source tree, for which
# NGINX_FLAGS are; an nginx without --with-compat needs all that it was built
# with
NGINX_SRC   = /usr/share/nginx/src
NGINX_FLAGS = --with-compat --with-debug --with-threads \
              $(foreach m,ssl v2 auth_request addition dav stub_status sub, \
                  --with-http_$(m)_module)
NGINX       = /usr/sbin/nginx

SO          = $(B)/ngx_http_maas_module.so
TRAINER     = $(B)/maas-trainer

ENGINE_C   := $(wildcard engine/*.c engine/*/*.c engine/*/*/*.c)
MODULE_C   := $(wildcard ngx_maas_module/*.c ngx_maas_module/*/*.c)
MODULE_H   := $(wildcard engine/*.h engine/*/*.h engine/*/*/*.h \
                ngx_maas_module/*.h ngx_maas_module/*/*.h)
TRAINER_C  := $(wildcard trainer/*.c trainer/*/*.c)
UNIT_C     := $(wildcard t/unit/test_*.c)
BENCH_C    := $(wildcard bench/bench_*.c)
FUZZ_C     := $(wildcard t/fuzz/fuzz_*.c)
BOTS_C     := $(wildcard bots/*.c)

obj         = $(patsubst %.c,$(B)/obj/%.o,$(1))
ENGINE_O   := $(call obj,$(ENGINE_C))
TRAINER_O  := $(call obj,$(filter-out trainer/cmd/main.c,$(TRAINER_C)))
UNITS      := $(patsubst t/unit/%.c,$(B)/unit/%,$(UNIT_C))
BENCHES    := $(patsubst bench/%.c,$(B)/bench/%,$(BENCH_C))
FUZZERS    := $(patsubst t/fuzz/%.c,$(B)/fuzz/%,$(FUZZ_C))
PRELOADS   := $(patsubst t/lib/%.c,$(B)/%.so,$(wildcard t/lib/*.c))


.PHONY: all module trainer units benches fuzzers test demo demo-bots \
	demo-stop bench bench-cache bench-tables bench-explain bench-grpc \
	bench-int8 bench-train bench-trees deb deb-life test-nginx \
	image test-debian13 test-grpc-go asan conformance torture fuzz style docs \
	docs-pictures clean

all: module trainer
module: $(SO)
trainer: $(TRAINER)
units: $(UNITS)
benches: $(BENCHES)


# packages, once for each job

PACKAGES = build/.packages-build

# one at a time
build/.packages-demo build/.packages-deb: build/.packages-build
build/.packages-test: build/.packages-deb

build/.packages-%: .ci/packages
	@.ci/packages $*
	@mkdir -p $(@D) && touch $@


# objects and archives

$(B)/obj/%.o: %.c Makefile | $(PACKAGES)
	@mkdir -p $(@D)
	@echo "CC $<"
	$(E)$(CC) $(ALL_CFLAGS) -MMD -MP -Iengine -Itrainer -I$(B) -c -o $@ $<

$(B)/libmaas.a: $(ENGINE_O)
	@rm -f $@
	$(E)ar rcs $@ $^

$(B)/libtrainer.a: $(TRAINER_O)
	@rm -f $@
	$(E)ar rcs $@ $^

# the report's style sheet as a C string
$(B)/report_css.h: trainer/report/report.css
	@mkdir -p $(@D)
	$(E)sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/"/' -e 's/$$/\\n"/' $< >$@

$(B)/obj/trainer/report/report_text.o: $(B)/report_css.h

$(TRAINER): $(B)/obj/trainer/cmd/main.o $(B)/libtrainer.a $(B)/libmaas.a
	@echo "LD $@"
	$(E)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)


# visitors of a site, for `make demo-bots`

BOTS        = $(B)/maas-bots

$(BOTS): $(call obj,$(BOTS_C)) $(B)/libtrainer.a $(B)/libmaas.a
	@echo "LD $@"
	$(E)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)


# unit tests, bench programs, fuzzers: one binary a file

$(B)/obj/t/unit/%.o: t/unit/%.c Makefile | $(PACKAGES) build/.packages-test
	@mkdir -p $(@D)
	@echo "CC $<"
	$(E)$(CC) $(ALL_CFLAGS) -MMD -MP -Iengine -Itrainer -I$(B) -c -o $@ $<

$(B)/unit/test_train_%: $(B)/obj/t/unit/test_train_%.o $(B)/libtrainer.a \
	$(B)/libmaas.a
	@mkdir -p $(@D)
	@echo "LD $@"
	$(E)$(CC) $(ALL_LDFLAGS) -o $@ $^ -lcmocka $(LIBS)

$(B)/unit/test_%: $(B)/obj/t/unit/test_%.o $(B)/libmaas.a
	@mkdir -p $(@D)
	@echo "LD $@"
	$(E)$(CC) $(ALL_LDFLAGS) -o $@ $^ -lcmocka $(LIBS)

# parts of the module that do not know nginx
PLAIN_O     = $(addprefix $(B)/obj/ngx_maas_module/, \
                  proxy/ngx_http_maas_hello.o proxy/ngx_http_maas_hello_ja4.o \
                  trace/ngx_http_maas_trace_context.o \
                  fleet/ngx_http_maas_line.o fleet/ngx_http_maas_line_part.o \
                  fleet/ngx_http_maas_merge.o \
                  fleet/ngx_http_maas_merge_put.o)
PLAIN_USERS = $(B)/unit/test_hello $(B)/fuzz/fuzz_hello $(B)/bench/bench_hello \
              $(B)/unit/test_traceparent $(B)/fuzz/fuzz_traceparent \
              $(B)/unit/test_merge $(B)/fuzz/fuzz_merge

# and their sources, which some include whole
$(PLAIN_O) $(addprefix $(B)/obj/,t/unit/test_track.o t/unit/test_cache.o \
    bench/bench_track.o): ALL_CFLAGS += -Ingx_maas_module
$(PLAIN_USERS): $(PLAIN_O)
$(PLAIN_USERS): LIBS := $(B)/libmaas.a $(LIBS)

# the libraries that trees are compared with
$(B)/bench/bench_trees: $(B)/obj/bench/peers.o $(B)/obj/bench/ours.o
$(B)/bench/bench_trees: LIBS := $(B)/libmaas.a $(LIBS) -ldl

# allocations that can be made to fail
$(B)/unit/test_load_memory: ALL_LDFLAGS += $(addprefix -Wl$(COMMA)--wrap=, \
    calloc posix_memalign free mmap mprotect maas__arena_create \
    maas__arena_alloc maas__arena_strndup)

COMMA      := ,

$(B)/bench/%: $(B)/obj/bench/%.o $(B)/libmaas.a
	@mkdir -p $(@D)
	@echo "LD $@"
	$(E)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(B)/bench/bench_train%: $(B)/obj/bench/bench_train%.o $(B)/libtrainer.a \
	$(B)/libmaas.a
	@mkdir -p $(@D)
	@echo "LD $@"
	$(E)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(B)/fuzz/%: $(B)/obj/t/fuzz/%.o $(B)/obj/t/fuzz/main.o $(B)/libtrainer.a \
	$(B)/libmaas.a
	@mkdir -p $(@D)
	@echo "LD $@"
	$(E)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(B)/%.so: t/lib/%.c | $(PACKAGES)
	@mkdir -p $(@D)
	@echo "LD $@"
	$(E)$(CC) -std=gnu11 $(WARN) -O2 -g -fPIC -shared -o $@ $< -ldl

.SECONDARY:
-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)


# the module: nginx's own configure and make, in a tree of links, since they
# write a Makefile beside themselves

NGINX_B     = $(TOP)/$(B)/nginx
NGINX_T     = $(NGINX_B)/tree
NGINX_PATH  = $(abspath $(NGINX_SRC))
NGINX_H     = $(NGINX_SRC)/src/core/nginx.h
CONF_FLAGS  = $(wildcard $(NGINX_SRC)/conf_flags)

# a new file, another nginx or other flags: configure again
MODULE_KEY  = $(NGINX_SRC) $(NGINX_FLAGS) $(CFLAGS) $(SANFLAGS) $(ENGINE_C) \
              $(MODULE_C) $(MODULE_H)
ifneq ($(MODULE_KEY),$(file <$(B)/nginx.key))
$(shell mkdir -p $(B))
$(file >$(B)/nginx.key,$(MODULE_KEY))
endif

# and so does `config` itself: it makes C strings of texts
TEXTS       = $(wildcard ngx_maas_module/routes/*.html \
                  ngx_maas_module/routes/*.json \
                  ngx_maas_module/routes/*.css ngx_maas_module/*.map \
                  ngx_maas_module/*.order)

$(B)/nginx/Makefile: config $(TEXTS) $(B)/nginx.key Makefile | $(PACKAGES)
	@echo "configuring the module for $(NGINX_SRC)"
	@awk '$$2 == "nginx_version" { v = $$3 } END { exit v < 1022000 }' \
	    $(NGINX_H) 2>/dev/null || { echo "NGINX_SRC=$(NGINX_SRC): expected" \
	    "the source of nginx 1.22 or newer, or its headers, with" \
	    "src/core/nginx.h" >&2; exit 1; }
	@rm -rf $(B)/nginx && mkdir -p $(NGINX_T)
	@for f in auto src configure conf_flags; do \
	    test ! -e $(NGINX_PATH)/$$f || ln -s $(NGINX_PATH)/$$f $(NGINX_T); done
	@cd $(NGINX_T) && bash -c ' \
	    NGX_CONF_FLAGS=($(NGINX_FLAGS)); \
	    test -z "$(CONF_FLAGS)" || . ./conf_flags; \
	    configure=./configure; test -e configure || configure=auto/configure; \
	    cc=$$(dpkg-buildflags --get CFLAGS 2>/dev/null); \
	    cc="$$cc $$(dpkg-buildflags --get CPPFLAGS 2>/dev/null)"; \
	    ld=$$(dpkg-buildflags --get LDFLAGS 2>/dev/null); \
	    test -z "$(SAN)" || { cc="-O1 -g"; ld=""; }; \
	    $$configure \
	    --with-cc-opt="$$cc -fPIC -ffp-contract=off $(SANFLAGS)" \
	    --with-ld-opt="$$ld -fPIC $(SANFLAGS)" \
	    "$${NGX_CONF_FLAGS[@]}" --add-dynamic-module="$(TOP)" \
	    --builddir="$(NGINX_B)"' >$(NGINX_B).log 2>&1 \
	    || { tail -n 20 $(NGINX_B).log; rm -f $@; exit 1; }
	@touch $@

$(SO): $(B)/nginx/Makefile $(ENGINE_C) $(MODULE_C) $(TEXTS) $(MODULE_H)
	@$(MAKE) -s -f $(NGINX_B)/Makefile -C $(NGINX_T) modules \
	    >$(NGINX_B).log 2>&1 || { cat $(NGINX_B).log; exit 1; }
	@echo "LD $@"
	@cp $(B)/nginx/ngx_http_maas_module.so $@.tmp && mv $@.tmp $@

# nginx itself, of a whole source tree
$(B)/nginx/nginx: $(SO)
	@echo "building nginx of $(NGINX_SRC)"
	@$(MAKE) -s -f $(NGINX_B)/Makefile -C $(NGINX_T) binary \
	    >$(NGINX_B).log 2>&1 || { cat $(NGINX_B).log; exit 1; }


# jobs

build/venv/.done: t/clients/requirements.txt t/clients/constraints.txt \
	| build/.packages-test
	@rm -rf build/venv
	python3 -m venv build/venv
	build/venv/bin/pip install -q --disable-pip-version-check -r $< \
	    -c t/clients/constraints.txt
	@touch $@

build/perf-analyzer/.done: t/clients/perf_analyzer.txt build/venv/.done
	@rm -rf $(@D)
	build/venv/bin/pip install -q --disable-pip-version-check --no-deps \
	    --target $(@D) -r $<
	@touch $@

# the schemas of Kubernetes' objects
build/kubernetes/.done: t/clients/kubernetes.txt build/venv/.done
	@rm -rf $(@D)
	build/venv/bin/pip install -q --disable-pip-version-check --no-deps \
	    --no-compile --target $(@D) -r $<
	@touch $@

# the libraries whose models are imported
build/import-venv/.done: t/import/requirements.txt | build/.packages-test
	@test -e build/import-venv || python3 -m venv build/import-venv
	@test -L build/import-venv || build/import-venv/bin/pip install -q \
	    --disable-pip-version-check -r $<
	@touch $@

# who else signs models, and the schema of bills of materials
build/trust-venv/.done: t/trust/requirements.txt | build/.packages-test
	@test -e build/trust-venv || python3 -m venv build/trust-venv
	@test -L build/trust-venv || build/trust-venv/bin/pip install -q \
	    --disable-pip-version-check -r $<
	@touch $@

# a Prometheus, as Debian has it; unpacked and not installed, since the package
# starts a service
build/prometheus/.done: | build/.packages-test
	@rm -rf $(@D) && mkdir -p $(@D)
	@if command -v apt-get >/dev/null; then cd $(@D) \
	    && get='apt-get -qq download prometheus $$(apt-cache pkgnames promtool)' \
	    && { eval "$$get" 2>/dev/null || { apt-get -qq update && eval "$$get"; }; } \
	    && for deb in *.deb; do dpkg-deb -x $$deb . || exit 1; done && rm *.deb; \
	fi
	@touch $@

.PHONY: test-build
test-build: build/.packages-test all units fuzzers $(PRELOADS) $(BOTS)

test: build/.packages-test test-build build/venv/.done build/import-venv/.done \
	build/perf-analyzer/.done build/prometheus/.done build/trust-venv/.done \
	build/kubernetes/.done
	MAAS_BUILD=$(B) prove -r t

# what asks nginx, with the one that NGINX_SRC has the source of
NGINX_TESTS = $(wildcard t/01-*.t t/[2-6]*.t)
NGINX_V     = $(shell sed -n 's/.*NGINX_VERSION  *"\(.*\)"/\1/p' $(NGINX_H))

NGINX_VB    = build/nginx-$(NGINX_V)

test-nginx: build/.packages-test
	$(MAKE) B=$(NGINX_VB) test-build $(NGINX_VB)/nginx/nginx
	MAAS_BUILD=$(NGINX_VB) MAAS_NGINX=$(TOP)/$(NGINX_VB)/nginx/nginx \
	    NGINX_SRC=$(NGINX_SRC) prove $(NGINX_TESTS)

# all tests on another Debian
test-debian13:
	.ci/debian trixie

# the same tests, everything of ours under AddressSanitizer and UBSan; not
# the torture, which brings a malloc of its own, nor the tutorial and the demo
# of bots, which start nginx as a user does, nor what limits a program's address
# space, nor packages and containers, which have libraries of their own.  Leaks are the unit tests' matter: a
# program that gives up leaves its memory to the system.
asan: build/.packages-test build/venv/.done build/prometheus/.done \
	build/trust-venv/.done build/kubernetes/.done
	$(MAKE) B=build/asan SAN=1 CFLAGS="-O1 -g" test-build
	ASAN_OPTIONS=detect_leaks=0 MAAS_ASAN=1 MAAS_BUILD=build/asan prove $(filter-out \
	    t/17-trainer-sparse.t t/49-bots.t t/75-training-doc.t t/93-torture.t \
	    t/98-deb.t t/98-container-image.t t/98-systemd.t,$(wildcard t/*.t t/*/*.t))

# the image of the Containerfile, with the first of these that is there
ENGINE      = $(firstword $(foreach e,podman buildah docker, \
                  $(if $(shell command -v $(e)),$(e))))
IMAGE       = ngx-maas
VERSION     = $(shell sed -n 's/^Changes with ngx_maas //p' CHANGES | head -n 1)

image:
	@test -n "$(ENGINE)" || { echo "make image: none of podman, buildah and" \
	    "docker is here; on Debian: apt-get install podman" >&2; exit 1; }
	$(ENGINE) build $(IMAGE_FLAGS) -f Containerfile -t $(IMAGE) \
	    --build-arg VERSION=$(VERSION) --build-arg \
	    REVISION=$(shell git rev-parse HEAD 2>&1 | grep -x '[0-9a-f]*') \
	    $(if $(DEBIAN),--build-arg DEBIAN=$(DEBIAN)) .

# clients of gRPC of the Go module proxy, with a Go of 1.24 or newer; Debian 12
# and 13 have older ones
build/go/.done: | build/.packages-test
	@mkdir -p $(@D)
	cd $(@D) && GOBIN=$(TOP)/build/go/bin GOFLAGS=-modcacherw \
	    GOPATH=$(TOP)/build/go/path sh -c \
	    'go install github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.4 && \
	     go install github.com/bojand/ghz/cmd/ghz@v0.121.0'
	@touch $@

test-grpc-go: build/.packages-test all build/go/.done
	MAAS_BUILD=$(B) prove t/clients/grpc_go.pl

# two minutes of requests made up from the OpenAPI documents; part of
# `make test` as well, for a few seconds
conformance: build/.packages-test test-build build/venv/.done
	CONFORMANCE_TIME=$(CONFORMANCE_TIME) prove -v t/94-conformance.t

CONFORMANCE_TIME = 120

# every allocation of a worker fails once; part of `make test` as well
torture: build/.packages-test test-build
	prove -v t/93-torture.t

# Debian packages, in build/deb; their life in a clean root is a part of `make
# test`, too, but for a second build to the same bytes, and for SUITE=trixie:
# built and alive on Debian 13
deb: build/.packages-deb
	debian/package build/deb

deb-life: build/.packages-test
	MAAS_TWICE=1 MAAS_SUITE=$(SUITE) prove -v t/98-deb.t

fuzzers: $(FUZZERS)

FUZZ_RUNS = 200000
fuzz:
	$(MAKE) B=build/asan SAN=1 CFLAGS="-O1 -g" fuzzers
	for f in $(patsubst %,build/asan/fuzz/%,$(notdir $(FUZZERS))); do \
	    $$f $(FUZZ_RUNS) || exit 1; \
	done

# side by side with bare nginx and others; writes bench/RESULTS.md

build/bench-venv/.done: bench/requirements.txt | build/.packages-bench
	@test -d build/bench-venv || python3 -m venv build/bench-venv
	build/bench-venv/bin/pip install -q --disable-pip-version-check -r $<
	@touch $@

BENCH_INCS  = $(addprefix -I$(NGINX_SRC)/src/,core event event/modules \
                  os/unix http http/modules http/v2) -I$(B)/nginx

$(B)/bench_echo.so: bench/echo/ngx_http_bench_echo_module.c $(SO)
	$(CC) $(WARN) -O2 -g -fPIC -shared $(BENCH_INCS) -o $@ $<

bench: build/.packages-bench build/bench-venv/.done all benches \
	$(B)/bench_echo.so
	bench/run $(B) -n $(NGINX) $(BENCH_FLAGS)
	python3 bench/proxy.py $(B) -n $(NGINX)
	python3 bench/swap.py $(B) -n $(NGINX)
	build/bench-venv/bin/python bench/tables.py $(B)
	build/bench-venv/bin/python bench/trees.py $(B) -n $(NGINX)
	$(MAKE) bench-train

# training against Keras, JAX and scikit-learn, which are large; TRAIN_FLAGS=-b
# also trains the best network, for minutes
build/train-venv/.done: bench/train-requirements.txt | build/.packages-bench
	@test -d build/train-venv || python3 -m venv build/train-venv
	build/train-venv/bin/pip install -q --disable-pip-version-check -r $<
	@touch $@

bench-train: build/.packages-bench build/train-venv/.done trainer benches
	python3 bench/train.py $(B) build/train-venv/bin/python $(TRAIN_FLAGS)

# small tables against scikit-learn, which is quick; real ones against many,
# which takes hours unless their answers are there (bench/real_tables.py)
bench-tables: build/.packages-bench build/bench-venv/.done trainer
	build/bench-venv/bin/python bench/tables.py $(B) $(TABLES_FLAGS)
	build/bench-venv/bin/python bench/real_tables.py $(B) $(REAL_FLAGS)

# the part of it that is about trees; TREES_FLAGS="-r 1 -m lgb31 -o none" is
# quick
bench-trees: build/.packages-bench build/bench-venv/.done all benches \
	$(B)/bench_echo.so
	build/bench-venv/bin/python bench/trees.py $(B) -n $(NGINX) $(TREES_FLAGS)

# requests that are told why against the same without, seconds
bench-explain: build/.packages-bench module
	python3 bench/explain.py $(B) -n $(NGINX) $(EXPLAIN_FLAGS)

# calls of gRPC against the same over HTTP/2, a minute
bench-grpc: build/.packages-bench module $(B)/bench/bench_h2
	python3 bench/grpc.py $(B) -n $(NGINX) $(GRPC_FLAGS)

# requests whose row a cache knows against those that run, a minute
bench-cache: build/.packages-bench module
	python3 bench/cache.py $(B) -n $(NGINX) $(CACHE_FLAGS)

# networks of int8 against ONNX Runtime and OpenVINO, which are large;
# INT8_FLAGS="-r 20 -m B -o none" is quick
build/int8-venv/.done: bench/int8-requirements.txt | build/.packages-bench
	@test -d build/int8-venv || python3 -m venv build/int8-venv
	build/int8-venv/bin/pip install -q --disable-pip-version-check -r $<
	@touch $@

bench-int8: build/.packages-bench build/int8-venv/.done benches
	taskset -c 1 build/int8-venv/bin/python bench/int8.py $(B) $(INT8_FLAGS)

style:
	@prove -v t/00-style.t

# pictures from their texts
docs: $(patsubst %.txt,%.svg,$(wildcard docs/img/*.txt))

docs/img/%.svg: docs/img/%.txt docs/img/draw.pl
	perl docs/img/draw.pl $< >$@

# pictures of the pages, with the models of `make demo`
docs-pictures: module build/.packages-test
	perl docs/img/shots.pl

PORT = 8080

demo: build/.packages-demo
	@sh conf/demo.sh check $(PORT)
	@$(MAKE) all
	@sh conf/demo.sh start $(PORT)

# visitors for some minutes; DAY=20 is a third of it
DAY = 60

demo-bots: build/.packages-demo
	@sh conf/bots.sh check $(PORT)
	@$(MAKE) all $(BOTS)
	@sh conf/bots.sh start $(PORT) $(DAY)

demo-stop:
	@sh conf/demo.sh stop
	@sh conf/bots.sh stop

clean:
	rm -rf build
