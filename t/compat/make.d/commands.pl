# Commands of maas-trainer for t/compat/make: {name, args, files: what they
# write}.  They run in order in one folder with the data and the models.

package Compat::Commands;

use strict;
use warnings;
no warnings 'qw';      # commas within words

my ($to, %group);

sub run {
    my ($name, $args, @files) = @_;
    push @{ $group{$to} }, { name => $name, args => $args, files => \@files };

    # what is written follows from answers of the model to validation rows
    $group{$to}[-1]{judged} = 1 if grep { /^--(?:cost|false-alarms|folds)$/ }
        @$args or "@$args" =~ /rare.*--validation 0.4(?! --calibration none)/;
    return;
}

# a training that writes NAME.safetensors
sub fit {
    my ($name, $data, @args) = @_;
    run($name, [ 'fit', '-d', $data, '-o', "$name.safetensors", '-q',
        (grep { /^--epochs$/ } @args) ? () : ('--epochs', 4), @args ],
        "$name.safetensors");
    return;
}

my @small = ('--hidden', '24:relu');
my @figures = qw(digits/train-images-idx3-ubyte digits/train-labels-idx1-ubyte
    digits/t10k-images-idx3-ubyte digits/t10k-labels-idx1-ubyte);

sub settings {
    $to = 'fit';
    fit("optimizer-$_", 'classes.csv', @small, '--optimizer', $_)
        for qw(sgd momentum nesterov rmsprop adam adamw);
    fit("optimizer-$_-more", 'numbers.csv', @small, '--optimizer', $_,
        qw(--clip-norm 0.5 --l2 0.001 --weight-decay 0.01 --momentum 0.7
        --rho 0.8 --beta1 0.8 --beta2 0.99 --epsilon 1e-5 --lr 0.004))
        for qw(sgd momentum nesterov rmsprop adam adamw);
    fit("loss-$_", 'numbers.csv', @small, '--loss', $_)
        for qw(mse mae huber);
    fit("loss-$_", 'classes.csv', @small, '--loss', $_)
        for qw(categorical_crossentropy sparse_categorical_crossentropy);
    fit('loss-binary', 'binary.csv', @small, qw(--loss binary_crossentropy));
    fit("activation-$_", 'classes.csv', '--hidden', "37:$_,21:$_")
        for qw(relu leaky_relu elu gelu sigmoid tanh softmax linear);
    fit("hidden-$_->[0]", 'classes.csv', '--hidden', $_->[1]) for
        [ bn => '33:relu:bn,20:tanh:bn' ], [ ln => '33:relu:ln,20:gelu:ln' ],
        [ drop => '33:relu:drop=0.3,20:elu:drop=0.1' ],
        [ res => '24:relu,24:gelu:res,24:tanh:res=2' ],
        [ all => '24:relu:bn:drop=0.2,24:gelu:ln:res,24:leaky_relu:0.3:res' ],
        [ init => '20:relu:glorot,20:tanh:he' ], [ none => 'none' ],
        [ wide => '200:relu,131:relu,70:relu' ];
    fit("init-$_", 'classes.csv', @small, '--init', $_) for qw(he glorot);
    fit("scaling-$_", 'numbers.csv', @small, '--scaling', $_)
        for qw(none standard minmax robust quantile);
    fit('target-none', 'numbers.csv', @small, qw(--target-scaling none));
    fit("schedule-$_", 'classes.csv', @small, '--epochs', 7, '--schedule', $_,
        qw(--lr-final 0.1 --step-every 2 --plateau 1))
        for qw(constant linear cosine step one-cycle plateau);
    fit('warmup', 'classes.csv', @small, qw(--warmup 2.5));
    fit('ema', 'classes.csv', @small, qw(--ema 0.98));
    fit('smoothing', 'classes.csv', @small, qw(--label-smoothing 0.1));
    fit('mixup', 'classes.csv', @small, qw(--mixup 0.3));
    fit("batch-$_", 'classes.csv', @small, '--batch', $_) for 1, 7, 100, 1000;
    fit('seed', 'classes.csv', @small, qw(--seed 7 --validation 0.25));
    fit('no-validation', 'classes.csv', @small, qw(--validation 0));
    fit('patience', 'classes.csv', @small, qw(--epochs 40 --lr 0.1
        --patience 2));
    fit('name', 'classes.csv', @small, qw(--name other.name));
    fit('valid', 'classes.csv', @small, qw(--valid classes.csv --test
        classes.csv));
    run('config', [ qw(fit --config fit.conf -q -o config.safetensors) ],
        'config.safetensors');
    run('logged', [ qw(fit -d classes.csv -q --epochs 3 -o logged.safetensors
        --log log.jsonl --json), @small ], 'log.jsonl', 'logged.safetensors');
    run('lines', [ qw(fit -d classes.csv --epochs 3 -o lines.safetensors
        --progress none), @small ], 'lines.safetensors');
    return;
}

sub tables {
    $to = 'fit-tables';
    my @mixed = ('mixed.csv', '--id', 'user', '--weight', 'weight');
    fit('fit-mixed', @mixed, '--hidden', '16:relu:bn:drop=0.1,16:gelu:ln:res',
        qw(--hash 24 --epochs 6 --scaling quantile));
    fit('fit-price', 'numbers.csv', '--hidden', '20:tanh,20:relu:res',
        '--epochs', 6, '--scaling', 'robust');
    fit('mixed', @mixed, @small);
    fit('mixed-columns', 'mixed.csv', @small, '--columns',
        'city=text,shop=category,note=ignore,user=id,weight=weight,vip='
        . 'category', qw(--one-hot 3 --hash 16 --target state));
    fit('mixed-ignore', 'mixed.csv', @small, qw(--ignore user,note,shop
        --target 3 --task classification));
    fit('mixed-scaling', @mixed, @small, qw(--scaling minmax));
    fit('mixed-number', 'mixed.csv', @small, qw(--target weight --ignore user
        --task regression));
    fit('tsv', 'table.tsv', @small);
    fit('jsonl', 'lines.jsonl', @small);
    fit('npy', 'array.npy', @small, qw(--target 4 --task binary));
    fit('no-header', 'numbers.csv', @small, qw(--header no --on-error skip));
    fit('rare', 'rare.csv', @small, qw(--validation 0.4));
    fit('rare-uncalibrated', 'rare.csv', @small, qw(--validation 0.4
        --calibration none));
    fit('rare-balanced', 'rare.csv', @small, qw(--class-weight balanced));
    fit('rare-weights', 'rare.csv', @small, qw(--class-weight fraud:5,fine:1
        --weight times));
    fit('rare-cost', 'rare.csv', @small, qw(--validation 0.4 --cost 1:20));
    fit('rare-alarms', 'rare.csv', @small, qw(--validation 0.4
        --false-alarms 0.01));
    fit('classes-calibrated', 'rare.csv', @small, qw(--target times
        --task classification --validation 0.4));
    run('folds', [ qw(fit -d classes.csv -q --epochs 3 --folds 3 -o
        folds.safetensors --json), @small ], 'folds.safetensors');
    fit('by-default', 'classes.csv', qw(--epochs 3));
    fit('by-default-number', 'numbers.csv', qw(--epochs 3));
    return;
}

sub digits {
    $to = 'fit-digits';
    run('synth', [ qw(synth digits --train 300 --test 60 --seed 3 --size 14) ],
        @figures);
    fit('fit-digits', 'digits', qw(--hidden 17:relu --epochs 3));
    fit('digits', 'digits', qw(--hidden 64:relu,33:relu));
    fit("augment-$_", 'digits', qw(--hidden 20:relu --epochs 2 --augment), $_)
        for qw(shift=2 rotate=15 scale=0.2 shear=0.2 elastic=1 noise=0.1),
        'shift=1,rotate=10,scale=0.1,shear=0.1,elastic=1,noise=0.05';
    fit('digits-mixup', 'digits', qw(--hidden 20:relu --epochs 2 --mixup 0.2
        --augment shift=1));
    fit('digits-standard', 'digits', qw(--hidden 20:relu --epochs 2 --scaling
        standard --optimizer sgd));
    fit("threads-$_", 'digits', '--hidden', '200:relu,131:relu:bn,64:tanh:ln',
        '--name', 'threads', qw(--epochs 2 --batch 128 --threads), $_)
        for 1, 2, 3, 4;
    fit("large-$_->[0]", 'digits', '--hidden', '600:relu,520:gelu,70:relu',
        qw(--epochs 2 --batch 150), @$_[ 1 .. $#$_ ]) for
        [ adam => () ], [ momentum => '--optimizer', 'momentum' ],
        [ clipped => '--clip-norm', 1 ], [ rmsprop => '--optimizer',
        'rmsprop' ];
    run('checkpoint', [ qw(fit -d digits -q --hidden 20:relu --epochs 4 -o
        checkpoint.safetensors --checkpoint c.state) ],
        'checkpoint.safetensors');
    run('resume', [ qw(fit -d digits -q --hidden 20:relu --epochs 4 -o
        checkpoint.safetensors --checkpoint c.state --resume) ],
        'checkpoint.safetensors');
    return;
}

# What is said of models that are in t/compat

sub outputs {
    $to = 'outputs';
    my @all = map { s{.*/}{}r } sort glob "$MaasTest::Compat::dir/models/*";
    for (@all) {
        run("inspect $_", [ 'inspect', $_ ]);
        run("inspect --json $_", [ 'inspect', '--json', $_ ]);
    }

    my %data = ('fit-mixed' => 'mixed.csv', 'fit-price' => 'numbers.csv',
        'fit-digits' => 'digits', 'fit-rare' => 'rare.csv');
    for my $m (sort keys %data) {
        my @on = ("$m.safetensors", '-d', $data{$m});
        run("predict $m", [ 'predict', @on ]);
        run("predict --json $m", [ 'predict', '--json', @on ]);
        run("evaluate $m", [ 'evaluate', @on, '--bootstrap', 100 ]);
        run("evaluate --json $m", [ 'evaluate', '--json', @on,
            '--bootstrap', 50 ]);
        run("importance $m", [ 'evaluate', @on, qw(--bootstrap 0 --repeats 2
            --importance --seed 3) ]) if $m ne 'fit-digits';
        run("report $m", [ 'evaluate', @on, '--bootstrap', 20, '--report',
            "$m.html" ], "$m.html");
    }
    run('predict --part', [ qw(predict fit-digits.safetensors -d digits --part
        train) ]);
    run('predict without targets', [ qw(predict plain.safetensors -d
        plain.csv) ]);
    run('predict table', [ qw(predict table.safetensors -d table.csv) ]);
    run('fit --report', [ qw(fit -d rare.csv -o reported.safetensors -q
        --epochs 4 --report fit.html --hidden 12:relu) ],
        'fit.html', 'reported.safetensors');
    run('tune', [ qw(tune -d classes.csv --trials 9 --epochs 9 --jobs 2
        --seed 4 -o best.conf -q) ], 'best.conf');
    run('tune --json', [ qw(tune -d classes.csv --trials 3 --epochs 3 --jobs 1
        -o three.conf -q --json) ], 'three.conf', 'three.conf.trials');

    run("asked wrongly: @$_", $_) for
        ['fit'], ['none'],
        [qw(fit -d none.csv -o m.st)], [qw(fit -d classes.csv)],
        [qw(fit -d classes.csv -o m.st --loss x)],
        [qw(fit -d classes.csv -o m.st --hidden 0)],
        [qw(fit -d classes.csv -o m.st --hidden 5:rel)],
        [qw(fit -d classes.csv -o m.st --lr -1)],
        [qw(fit -d classes.csv -o m.st --target none)],
        [qw(fit -d classes.csv -o m.st --unknown)],
        [qw(fit -d classes.csv -o m.st --task regression)],
        [qw(fit -d bad.csv -o m.st)], [qw(fit -d words.csv -o m.st)],
        [qw(fit -d words.csv -o m.st --columns a=number -q --epochs 1)],
        [qw(evaluate fit-mixed.safetensors -d mixed.csv --target none)],
        [qw(predict fit-mixed.safetensors -d numbers.csv)], [qw(fit -d empty.csv -o m.st)],
        [qw(fit -d classes.csv -o m.st --augment shift=1)],
        [qw(fit -d classes.csv -o m.st --columns x=what)],
        [qw(fit -d binary.csv -o m.st --cost 1)],
        [qw(predict none.st -d classes.csv)],
        [qw(predict t1.safetensors -d classes.csv)],
        [qw(evaluate fit-price.safetensors -d mixed.csv)],
        [qw(inspect classes.csv)], ['inspect'], [qw(synth)],
        [qw(synth digits --size 3)], [qw(tune -d classes.csv)];
    return;
}

sub all {
    %group = ();
    settings();
    tables();
    digits();
    outputs();
    return \%group;
}

1;
