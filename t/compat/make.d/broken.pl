# Model files that break a rule each, for t/compat/make.

package Compat::Broken;

use strict;
use warnings;

use MaasTest::Compat;
use MaasTest::Model qw(model_bytes);

# The document of a small graph, of which a part is changed
my $doc = '{"version":1,"name":"small","task":"binary","inputs":{"kind":'
    . '"tensor","name":"x","shape":[2],"shift":0.5,"factor":2},"layers":['
    . '{"kind":"dense","units":2,"activation":"tanh","name":"a"},'
    . '{"kind":"layer_norm","epsilon":0.001,"name":"n"},'
    . '{"kind":"add","inputs":["a","n"],"activation":"elu","alpha":0.5},'
    . '{"kind":"dense","units":1,"activation":"sigmoid"}],"outputs":{"name":'
    . '"y","labels":["no","yes"],"threshold":0.3}}';
my %tensors = (
    'layers.0.weight' => [ [ 2, 2 ], [ 1, 2, 3, 4 ] ],
    'layers.0.bias'   => [ [2], [ 0, 1 ] ],
    'layers.1.weight' => [ [2], [ 1, 1 ] ],
    'layers.1.bias'   => [ [2], [ 0, 0 ] ],
    'layers.3.weight' => [ [ 2, 1 ], [ 1, -1 ] ],
    'layers.3.bias'   => [ [1], [0] ],
);

my @changes = (
    [ '"version":1', '"version":2' ], [ '"version":1', '"version":"1"' ],
    [ '"version":1,', '' ], [ '"small"', '"a/b"' ], [ '"small"', '""' ],
    [ '"small"', '7' ], [ '"small"', '"stats"' ],
    [ '"name":"small",', '' ], [ '"binary"', '"ranking"' ],
    [ '"task":"binary",', '' ], [ '"tensor"', '"cube"' ],
    [ '[2],"sh', '[],"sh' ], [ '[2],"sh', '[0],"sh' ],
    [ '[2],"sh', '[1,1,1,1,2],"sh' ], [ '[2],"sh', '[2.5],"sh' ],
    [ '[2],"sh', '"2","sh' ], [ '[2],"sh', '[1048577],"sh' ],
    [ '"shift":0.5', '"image":true' ], [ '"shift":0.5', '"shift":1e39' ],
    [ '"shift":0.5', '"shift":"0"' ], [ '"shift":0.5', '"layout":"NCHW"' ],
    [ '"shift":0.5', '"scaling":"magic"' ], [ '"x"', '"x y"' ],
    [ '"dense","units":2', '"conv","units":2' ], [ '"units":2', '"units":0' ],
    [ '"units":2', '"units":1.5' ], [ '"units":2', '"units":3' ],
    [ '"units":2,', '' ], [ '"units":2', '"units":2,"groups":1' ],
    [ '"tanh"', '"swish"' ], [ '"tanh"', '7' ], [ '"epsilon":0.001',
    '"epsilon":0' ], [ '"epsilon":0.001', '"epsilon":1e39' ],
    [ '"epsilon":0.001', '"alpha":1' ], [ '"alpha":0.5', '"alpha":1e39' ],
    [ '["a","n"]', '["a"]' ], [ '["a","n"]', '["a","b"]' ],
    [ '["a","n"]', '["n","n"]' ], [ '["a","n"]', '["input","n"]' ],
    [ '["a","n"]', '"a"' ], [ '"inputs":["a","n"],', '' ],
    [ '"name":"n"', '"name":"a"' ], [ '"name":"n"', '"name":"input"' ],
    [ '"name":"a"', '"name":"a b"' ], [ '"units":1', '"units":2' ],
    [ '["no","yes"]', '["no"]' ], [ '["no","yes"]', '["no","no"]' ],
    [ '["no","yes"]', '["no",""]' ], [ '["no","yes"]', '["no",1]' ],
    [ '["no","yes"]', '"no"' ], [ '0.3', '0' ], [ '0.3', '1' ],
    [ '0.3', '"0.3"' ], [ '"threshold"', '"theshold"' ],
    [ '"y"', '"y/z"' ], [ '"layers":', '"layers":[],"others":' ],
    [ '"task":"binary"', '"task":"regression"' ],
    [ '"version":1', '"version":1,"version":1' ], [ '}}', '}' ],
    [ '"outputs":', '"extra":{"a":[1,{"b":2}]},"outputs":' ],
    [ '"small"', "\"sm\\u0000all\"" ],
);

my @columns = ('', '{"name":"a"},{"name":"a"}', '{"name":""}', '{}', '7',
    '{"name":"' . 'n' x 257 . '"}', map { qq({"name":"a",$_}) }
    '"shift":1e39', '"scaling":"magic"', '"kind":"magic"', '"kind":1', '"x":1',
    '"values":["a"]', '"missing":"1"', '"missing":1e39', '"missing_slot":1',
    '"kind":"boolean","clip":3', '"kind":"category"',
    '"kind":"category","shift":1,"hash":1',
    '"kind":"category","values":["a"],"hash":1',
    '"kind":"category","values":[]', '"kind":"category","values":"a"',
    '"kind":"category","values":[1]', '"kind":"category","values":[""]',
    '"kind":"category","values":[" a"]',
    '"kind":"category","values":["a","b","a"]',
    '"kind":"category","values":["a"],"other":0', '"kind":"category","hash":0',
    '"kind":"category","hash":1.5', '"kind":"category","hash":1048577',
    '"kind":"category","hash":1,"other":true', '"kind":"text","hash":1',
    '"kind":"text","ngrams":[1,2]', '"kind":"text","hash":1,"ngrams":[0,2]',
    '"kind":"text","hash":1,"ngrams":[3,2]',
    '"kind":"text","hash":1,"ngrams":[1,9]',
    '"kind":"text","hash":1,"ngrams":[1]', '"kind":"text","hash":1,"ngrams":2',
    '"kind":"category","hash":1048576,"missing_slot":true', '"clip":0',
    '"clip":true', '"knots":[0,1]', '"levels":[0,1]',
    '"knots":[0],"levels":[0]', '"knots":[0,1],"levels":[0,1,2]',
    '"knots":[0,0],"levels":[0,1]', '"knots":[0,"1"],"levels":[0,1]',
    '"knots":[0,1e39],"levels":[0,1]', '"knots":[-3e38,3e38],"levels":[0,1]',
    '"knots":[0,1e-40],"levels":[0,1]');

sub all {
    my @all;
    my $add = sub { my ($name, $bytes) = @_;
        push @all, { name => $name, args => [ 'inspect', 'broken.st' ],
            files => [], input => { 'broken.st' =>
                MaasTest::Compat::keep($bytes) } } };

    my $good = model_bytes(doc => $doc, tensors => \%tensors);
    $add->('as it should be', $good);

    for my $change (@changes) {
        my ($from, $to) = @$change;
        (my $bad = $doc) =~ s/\Q$from\E/$to/ or die $from;
        $add->("$from: $to", model_bytes(doc => $bad, tensors => \%tensors));
    }

    for my $column (@columns) {
        $add->("column $column", model_bytes(tensors => {
            'layers.0.weight' => [ [ 1, 1 ], [1] ],
            'layers.0.bias'   => [ [1], [0] ] }, doc => '{"version":1,"name":'
            . '"c","task":"regression","inputs":{"kind":"columns","columns":['
            . $column . ']},"layers":[{"kind":"dense","units":1}],'
            . '"outputs":{}}'));
    }

    my $tensor = sub { my (%t) = @_;
        return model_bytes(doc => $doc, tensors => { %tensors, %t }) };
    $add->('a tensor more', $tensor->(other => [ [1], [1] ]));
    my %less = %tensors;
    delete $less{'layers.3.bias'};
    $add->('a tensor less', model_bytes(doc => $doc, tensors => \%less));
    $add->('another shape', $tensor->('layers.0.bias' =>
        [ [ 1, 2 ], [ 0, 1 ] ]));
    $add->('another type', $tensor->('layers.0.bias' =>
        { dtype => 'F64', shape => [2], bytes => "\0" x 16 }));
    $add->('no type', $tensor->('layers.0.bias' =>
        { dtype => 'F31', shape => [2], bytes => "\0" x 8 }));
    $add->('not finite', $tensor->('layers.0.bias' =>
        { dtype => 'F32', shape => [2], bytes => pack 'f<*', 1, 'nan' }));

    for my $change (
        [ 'a gap', sub { $_[0]{'layers.3.weight'}{data_offsets}[0]++ } ],
        [ 'an overlap', sub { $_[0]{'layers.1.bias'}{data_offsets}[0] -= 4 } ],
        [ 'backwards', sub { $_[0]{'layers.1.bias'}{data_offsets} = [ 8, 0 ] } ],
        [ 'offsets', sub { $_[0]{'layers.1.bias'}{data_offsets} = [8] } ],
        [ 'a shape', sub { $_[0]{'layers.1.bias'}{shape} = [-1] } ],
        [ 'dimensions', sub { $_[0]{'layers.1.bias'}{shape} = [ (1) x 5 ] } ],
        [ 'a member', sub { $_[0]{'layers.1.bias'}{more} = 1 } ],
        [ 'no object', sub { $_[0]{'layers.1.bias'} = 1 } ],
        [ 'no document', sub { delete $_[0]{__metadata__}{maas} } ],
        [ 'metadata', sub { $_[0]{__metadata__}{x} = 1 } ],
        [ 'no metadata', sub { delete $_[0]{__metadata__} } ],
        [ 'a checksum', sub { $_[0]{__metadata__}{maas_crc32c} = '12345678' } ],
        [ 'no checksum', sub { $_[0]{__metadata__}{maas_crc32c} = 'x' } ])
    {
        my ($name, $how) = @$change;
        $add->($name, model_bytes(doc => $doc, tensors => \%tensors,
            header => $how));
    }

    $add->('header', model_bytes(doc => $doc, tensors => \%tensors,
        text => sub { $_[0] =~ s/\}\z/,}/r }));
    $add->('a document of text', model_bytes(doc => 'x',
        tensors => \%tensors));
    $add->('a document of a list', model_bytes(doc => '[]',
        tensors => \%tensors));
    $add->('a deep one', model_bytes(doc => $doc =~ s/\A\{/'{"a":' . '[' x 20
        . ']' x 20 . ','/er, tensors => \%tensors));
    $add->('a tail', "${good}x");
    $add->("cut at $_", substr $good, 0, $_) for 0, 1, 7, 8, 9, 100, 500,
        length($good) - 1;
    $add->('gzip', "\x1f\x8b\x08\0\0\0\0\0" . 'x' x 100);
    $add->('a length', pack('Q<', 4000) . '{}');
    $add->('no JSON', pack('Q<', 20) . 'x' x 100);
    return \@all;
}

1;
