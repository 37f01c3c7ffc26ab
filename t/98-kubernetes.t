#!/usr/bin/perl

# Promise: the manifests of conf/kubernetes/ are ones that their schemas take,
# fit each other and the image, and meet the "restricted" Pod Security
# Standard; what probes and autoscalers ask for, the server has.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP ();
use MaasTest;
use MaasTest::Entry;
use MaasTest::Grpc;
use MaasTest::Prometheus;
use Test::More;

my $schemas = "$MaasTest::top/build/kubernetes/kubernetes_validate"
    . '/kubernetes-json-schema';
my $python = "$MaasTest::top/build/venv/bin/python";
MaasTest::missing('schemas: make build/kubernetes/.done') if !-d $schemas;
MaasTest::missing('build/venv: make build/venv/.done') if !-x $python;
MaasTest::Prometheus::program('promtool');

my $t = MaasTest->new;
my @files = glob "$MaasTest::top/conf/kubernetes/*.yaml";

sub check { return $t->command($python, '-B',
    "$MaasTest::top/t/clients/manifests.py", $schemas, @_) }

###############################################################################
# by their schemas, which find what is wrong

my ($rc, $out, $err) = check(@files);
is($rc, 0, 'the schemas take them') or diag($out, $err);
my %docs = %{ JSON::PP::decode_json($out) };
is(scalar keys %docs, scalar @files, 'all of them');

my @breaks = (
    [ deployment => 'replicas: 2', 'replica: 2', qr/'replica' was unexpected/ ],
    [ deployment => 'replicas: 2', 'replicas: two', qr/'two' is not of type/ ],
    [ deployment => 'kind: Deployment', 'kind: Deploy', qr/no such kind/ ],
    [ deployment => '          image: reg', '          imag: reg', qr/'imag'/ ],
    [ network => '{port: grpc}', '{ports: grpc}', qr/'ports' was unexpected/ ],
    [ hpa => 'maxReplicas: 20', '', qr/'maxReplicas' is a required/ ],
    [ keda => 'name: ngx-maas}', 'names: ngx-maas}', qr/name is missing/ ],
    [ keda => '"0.02"', '0.02', qr/threshold: expected str/ ],
    [ keda => 'type: prom', 'type: Prom', qr/type: expected one of/ ],
    [ keda => 'minReplica', 'minReplicas', qr/minReplicasCount: no such/ ],
    [ monitor => '15s', '15', qr/interval: expected/ ],
    [ 'kserve-runtime' => 'protocolVersions: [v1, v2]', 'protocolVersions: v2',
        qr/protocolVersions: expected list/ ],
    [ 'kserve-runtime' => 'supportedModelFormats', 'supportedFormats',
        qr/supportedFormats: V1alpha1ServingRuntimeSpec has no such/ ],
    [ 'kserve-runtime' => '    - name: kserve-container',
        '    - names: kserve-container', qr/V1Container has no such field/ ],
    [ 'kserve-runtime' => 'containerPort: 8080', 'containerPort: "8080"',
        qr/containerPort: expected int/ ],
    [ 'kserve-models' => 'storageUri: s3', 'storageURI: s3', qr/storageURI/ ],
    [ 'kserve-models' => 'modelFormat: {name: maas}', 'modelFormat: maas',
        qr/modelFormat: expected V1beta1ModelFormat/ ],
    [ network => "spec:\n", "spec: {}\nspec:\n", qr/spec is there twice/ ],
);
my %broken;
for my $n (0 .. $#breaks) {
    my ($file, $old, $new) = @{ $breaks[$n] };
    my $text = MaasTest::Proc::slurp("$MaasTest::top/conf/kubernetes/$file.yaml");
    $text =~ s/\Q$old\E/$new/ or fail("$file has no $old");
    $broken{$n} = $t->write_file("broken-$n.yaml", $text);
}
# one by one, since a file that is no YAML ends it
my ($last) = pop @breaks;
($rc, $out) = check(map { $broken{$_} } 0 .. $#breaks);
is($rc, 1, 'broken ones are found');
like($out, qr/^broken-$_\.yaml: .*$breaks[$_][3]/m, "broken: $breaks[$_][2]")
    for 0 .. $#breaks;
like((check($broken{@breaks}))[1], $last->[3], 'a key that is there twice');

###############################################################################
# they fit each other, and the image

my %one = map { ("$_->{kind}/$_->{metadata}{name}" => $_) }
    map { @$_ } values %docs;
my $deployment = $one{'Deployment/ngx-maas'}{spec};
my $pod = $deployment->{template}{spec};
my $labels = $deployment->{template}{metadata}{labels};
my $container = $pod->{containers}[0];
my %port = map { $_->{name} => $_->{containerPort} } @{ $container->{ports} };
my %file = map { $_ => MaasTest::Proc::slurp("$MaasTest::top/$_") }
    qw(Containerfile conf/container/entry CHANGES);
my ($version) = $file{CHANGES} =~ /^Changes with ngx_maas (\S+)/m;

for my $selector ($deployment->{selector}{matchLabels},
    (map { $one{"Service/$_"}{spec}{selector} } 'ngx-maas', 'ngx-maas-pods'),
    $one{'PodDisruptionBudget/ngx-maas'}{spec}{selector}{matchLabels},
    $one{'NetworkPolicy/ngx-maas'}{spec}{podSelector}{matchLabels},
    map { $_->{labelSelector}{matchLabels} }
        @{ $pod->{topologySpreadConstraints} })
{
    is_deeply($selector, $labels, 'a selector finds the pods');
}
is_deeply($one{'ServiceMonitor/ngx-maas'}{spec}{selector}{matchLabels},
    $one{'Service/ngx-maas'}{metadata}{labels}, 'and one the service');
is_deeply($one{'HorizontalPodAutoscaler/ngx-maas'}{spec}{scaleTargetRef},
    { apiVersion => 'apps/v1', kind => 'Deployment', name => 'ngx-maas' },
    'what is scaled');
is($one{'ScaledObject/ngx-maas'}{spec}{scaleTargetRef}{name}, 'ngx-maas',
    'by KEDA, too');

my @named = ((map { $_->{targetPort} } map { @{ $_->{spec}{ports} } }
    grep { $_->{kind} eq 'Service' } values %one),
    map { $_->{port} } map { @{ $_->{ports} } }
        @{ $one{'NetworkPolicy/ngx-maas'}{spec}{ingress} });
is(join(' ', grep { !$port{$_} } @named), '', 'ports have the names');
is(scalar(grep { $_->{name} eq
    $one{'ServiceMonitor/ngx-maas'}{spec}{endpoints}[0]{port} }
    @{ $one{'Service/ngx-maas'}{spec}{ports} }), 1, 'that of the monitor');

my %default = $file{'conf/container/entry'} =~ /\$\{(MAAS_\w+):=(.*?)\}/g;
is_deeply(\%port, { http => $default{MAAS_PORT} + 0,
    grpc => $default{MAAS_GRPC_PORT} + 0,
    metrics => $default{MAAS_METRICS_PORT} + 0 }, "ports are the entry's");
my ($exposed) = $file{Containerfile} =~ /^EXPOSE (.*)$/m;
is(join(' ', sort values %port), join(' ', sort split ' ', $exposed),
    "and the image's");

my ($sleep) = $container->{lifecycle}{preStop}{exec}{command}[1];
my %env = map { $_->{name} => $_->{value} } @{ $container->{env} };
my ($drain) = ($env{MAAS_DRAIN} || $default{MAAS_DRAIN}) =~ /^(\d+)s$/;
cmp_ok($pod->{terminationGracePeriodSeconds}, '>', $sleep + $drain,
    'time to drain');

my @pods = ([ Deployment => $pod ], map { [ $_ => $one{$_}{spec} ] }
    grep { /^ClusterServingRuntime/ } sort keys %one);
is(scalar @pods, 3, 'pods');

for (@pods) {
    my ($name, $spec) = @$_;
    my $c = $spec->{containers}[0];
    my %is = (%{ $spec->{securityContext} || {} }, %{ $c->{securityContext} });
    is_deeply({ map { $_ => $is{$_} } qw(runAsNonRoot runAsUser seccompProfile
        allowPrivilegeEscalation readOnlyRootFilesystem capabilities) },
        { runAsNonRoot => JSON::PP::true, runAsUser => 1000,
          seccompProfile => { type => 'RuntimeDefault' },
          allowPrivilegeEscalation => JSON::PP::false,
          readOnlyRootFilesystem => JSON::PP::true,
          capabilities => { drop => ['ALL'] } }, "$name: restricted");
    is(join(' ', grep { !/^(?:name|emptyDir|persistentVolumeClaim)$/ }
        map { keys %$_ } @{ $spec->{volumes} }), '', "$name: so are volumes");
    is(join(' ', grep { /^host(?:Network|PID|IPC)$/ } keys %$spec), '',
        "$name: nothing of the host");
    is((grep { $_->{mountPath} eq '/tmp' } @{ $c->{volumeMounts} }), 1,
        "$name: a place to write");
    like($c->{image}, qr/:\Q$version\E$/, "$name: this version");
    is($c->{resources}{limits}{cpu} && $c->{resources}{limits}{memory},
        '256Mi', "$name: limits");
    is(join(' ', grep { $file{'conf/container/entry'} !~ /\b$_\b/ }
        map { $_->{name} } @{ $c->{env} }), '', "$name: variables");
}

###############################################################################
# what they ask for is there

$t->model('model', sizes => [ 4, 3, 2 ]);
mkdir $t->dir . '/models';
rename $t->dir . '/model.safetensors', $t->dir . '/models/model.safetensors';
my $entry = MaasTest::Entry->new($t);
my $run = $entry->start([ $t->dir . '/models' ], %env);

for my $kind (map { $_->[1]{containers}[0] } @pods) {
    for my $probe (map { $kind->{"${_}Probe"} || () }
        qw(startup readiness liveness))
    {
        if ($probe->{grpc}) {
            is($probe->{grpc}{port}, $port{grpc}, 'the port of gRPC');
            my $said = MaasTest::Grpc->new($run->port(1))->call(
                '/grpc.health.v1.Health/Check', MaasTest::Grpc::framed(''));
            is($said->{code}, 0, 'Health/Check');
            is($said->{message}, "\x08\x01", 'SERVING');
            next;
        }
        my $get = $probe->{httpGet};
        is($run->status($get->{path}), 200, "$get->{path}");
        is($port{ $get->{port} } || $get->{port}, $port{http}, 'its port');
    }
}

$run->post('/v2/models/model/infer', '{"inputs":[{"name":"input","shape":[1,4],'
    . '"datatype":"FP32","data":[1,2,3,4]}]}');
my $metrics = $run->get('/metrics', 2)->body;
my $hpa = MaasTest::Proc::slurp("$MaasTest::top/conf/kubernetes/hpa.yaml");
my @queries = map { $_->{metadata}{query} || () }
    @{ $one{'ScaledObject/ngx-maas'}{spec}{triggers} };
is(scalar @queries, 2, 'queries');
my ($series) = $hpa =~ /seriesQuery: (\w+)\{/;
my ($rule) = $hpa =~ /metricsQuery: (.*)$/m;
push @queries, $rule =~ s/<<\.Series>>/$series/r
    =~ s/<<\.LabelMatchers>>/pod="a"/r =~ s/<<\.GroupBy>>/pod/r;
is(($hpa =~ /name: \{as: (\w+)\}/)[0], $one{'HorizontalPodAutoscaler/ngx-maas'}
    {spec}{metrics}[1]{pods}{metric}{name}, "the adapter's metric");

for my $query (@queries) {
    my ($name) = $query =~ /((?:nv|maas)_\w+)\{/;
    like($metrics, qr/^$name\{/m, "$name is there");
}
($rc, $out) = MaasTest::Prometheus::promtool($t, JSON::PP::encode_json({
    groups => [ { name => 'scale', rules => [ map { { record => "a:b$_",
        expr => $queries[$_] } } 0 .. $#queries ] } ] }), 'check', 'rules',
    '/dev/stdin');
is($rc, 0, 'Prometheus takes the queries') or diag($out);
$run->end;

# under the name of an InferenceService

for my $runtime (grep { /^ClusterServingRuntime/ } sort keys %one) {
    my %env = map { $_->{name} => $_->{value} =~ s/\{\{\.Name\}\}/payments/r }
        @{ $one{$runtime}{spec}{containers}[0]{env} };
    $run = $entry->start([ $t->dir . '/models' ], %env) or next;
    is($run->status('/v2/models/payments'), 200, "$runtime: its model");
    $run->end;
}

done_testing();
