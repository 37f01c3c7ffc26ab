package Compat::Changed;

# Why an answer of 0.1.0 is another one now.  Written to changed.jsonl with the
# place of each; what differs and has no reason here is told.

use strict;
use warnings;

use JSON::PP ();
use MaasTest::Compat;

# of, name, why
my @why = (
    [ 'answers/', 'openapi\.json', 'generators take the documents' ],
    [ 'answers/', '/config |/trace/setting ', 'more members of Triton' ],
    [ 'answers/meta', '^/status', 'the memory of requests is shown' ],
    [ 'answers/(?:meta|v1)', '/models/\w+ it$|/metadata ',
        'outputs label and decision, the threshold' ],
    [ 'answers/v', ' t3 c(?:lassif|ontext)',
        'a model with a threshold lists what it says first' ],
    [ 'answers/image', 'b64 with blanks', 'blanks in base64 are passed over' ],
    [ 'answers/', 'null', 'null is not there' ],
    [ 'answers/v(?:1|2-refused)', ' it$', '405 says what is allowed' ],
    [ 'answers/table', 'v2 binary 1, cut', 'errors show names in UTF-8' ],
    [ 'answers/rows', 'CSV bad', 'a blank line is no row; counts are said' ],
    [ 'answers/conf', '^maas_model m [^ ;]+(?: version=2 label=x; .*)?;$',
        'folders of models: both files are said' ],
    [ 'answers/conf', '^maas_model m [^ ;]+ ', 'watch= and max=' ],
    [ 'answers/more', '/metrics it$', 'more metrics' ],
    [ 'answers/(?:rows|image|v2-refused)',
        ' type(?: |$)|JPEG|in v2|as image', '415 says what is read' ],
    [ 'answers/conf', 'nginx\.conf;', 'no safetensors file: what makes one' ],
    [ 'answers/table', 'plain CSV', 'counts are said' ],
    [ 'answers/', ' bad |/one/infer type |/infer \{|outputs \{"name"',
        'errors name what is valid' ],
    [ 'commands/fit', '^(?:smoothing|mixup|digits-mixup|rare-balanced|'
        . 'rare-weights)$', 'probabilities are as frequent as the classes' ],
    [ 'commands/outputs', '^(?:evaluate|report).* fit-digits$',
        'baselines; weights count, a threshold is said; the mean PR AUC of '
        . 'classes is called macro' ],
    [ 'commands/outputs', '^asked wrongly: none$',
        'there are more subcommands' ],
    [ 'commands/outputs', '^(?:evaluate|importance|report)',
        'baselines; weights count, a threshold is said' ],
    [ 'commands/outputs', '^(?:fit --report|tune)',
        'few validation rows: folds, too' ],
    [ 'commands/outputs', '^asked wrongly',
        'what was meant, what can be done' ],
    [ 'commands/', '^(?:inspect|as it should|"outputs":: "extra|'
        . '"epsilon":0\\.001: "alpha"|\\["a","n"\\]: )',
        'the threshold is shown' ],
    [ 'commands/broken', '"version"', 'version 2' ],
    [ 'commands/broken', '"groups"', 'groups of dense layers' ],
    [ 'commands/broken', 'column \{"name":"a","kind"', 'dates' ],
);

my $json = JSON::PP->new->canonical->utf8;

sub why {
    my ($of, $name) = @_;
    for (@why) {
        return $_->[2] if $of =~ /$_->[0]/ && $name =~ /$_->[1]/;
    }
    return;
}

sub make {
    my ($t, $version) = @_;
    my $dir = $MaasTest::Compat::dir;
    my ($text, $missing) = ('', 0);

    my $note = sub {
        my ($of, $at, $name, $key, $value, $wrong) = @_;
        my $why = why($of, $name);
        if (!defined $why) {
            $missing++;
            print "$of $at: $name\n$wrong\n\n";
            return;
        }
        $text .= $json->encode({ of => $of, at => $at, name => $name,
            why => $why, $key => $value }) . "\n";
    };

    MaasTest::Compat::serve($t);

    for my $path (sort glob "$dir/answers/*") {
        my ($of) = $path =~ m{(answers/[^/]+)$};
        my $at = 0;
        for my $was (MaasTest::Compat::entries($of)) {
            my $wrong = MaasTest::Compat::wrong($t, $was, $version);
            my $name = join ' ', grep { defined } $was->{uri}, $was->{name};
            $note->($of, $at, $name, status => $wrong->{status}, $wrong->{why})
                if $wrong->{why} ne '';
            $at++;
        }
    }

    for my $group (MaasTest::Compat::groups('')) {
        my $of = "commands/$group.jsonl";
        my $at = 0;
        MaasTest::Compat::lay_out($t);
        my %trained = map { $_->{name} => $_ } map {
            MaasTest::Compat::entries("weights/$_") } glob_weights($t);
        for my $was (MaasTest::Compat::entries($of)) {
            my $is = MaasTest::Compat::carry_out($t, $was, $version);
            my $wrong = MaasTest::Compat::differs({ %$was,
                %{ $trained{"$group: $was->{name}"} || {} } }, $is);
            $note->($of, $at, $was->{name}, rc => $is->{rc}, $wrong)
                if $wrong ne '';
            $at++;
        }
    }

    die "$missing without a reason\n" if $missing;
    open my $fh, '>:raw', "$dir/changed.jsonl" or die "changed.jsonl: $!";
    print $fh $text;
    close $fh or die "changed.jsonl: $!";
    return;
}

# The checksums for the kernels and the arithmetic of this machine

sub glob_weights {
    my ($t) = @_;
    my $set = MaasTest::Compat::kernels($t);
    return "$set-" . MaasTest::Compat::arithmetic($t, $set) . '.jsonl';
}

1;
