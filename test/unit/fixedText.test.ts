import { nodesReadBy } from '../../nodes/shared/parameters/fixedText';

test.each<[unknown, string[]]>([
	[undefined, []],
	['+14155550100', []],
	["$fromAI('x')", []],
	[{ __rl: true, mode: 'id', value: 'a' }, []],
	[{ limits: { allowed: "={{ $('Set').first().json.x }}", callsPerHour: 3 } }, ['Set']],
	['=place', []],
	['={{ $vars.line }}', []],
	['={{ $env.LINE ?? "+14155550100" }}', []],
	["={{ $vars['a b'].c[0]?.d }}", []],
	["={{ $('My Settings').item.json.from['x y'] }}", ['My Settings']],
	['={{ $("A").last().json.x + $("B").all()[2].json.y }}', ['A', 'B']],
	['={{ $node["Old Style"].json.x }}', ['Old Style']],
	["={{ $vars.stage === 'live' && !$env.TEST ? 'place' : ('dryRun') }}", []],
	['={{ [$vars.a, "US", 1.5, null] }}', []],
	["=+1{{ $vars.rest }}{{ '' }}", []],
])('%j is fixed', (written, nodes) => {
	expect(nodesReadBy(written)).toEqual(nodes);
});

test.each([
	"={{ $fromAI('x') }}",
	'={{ $json.x }}',
	'={{ $input.first().json.x }}',
	'={{ $vars.a($json) }}',
	"={{ $vars['constructor']('x') }}",
	"={{ ('x')['constructor'] }}",
	'={{ $vars[$vars.x] }}',
	"={{ $vars.a.replace('x', 'y') }}",
	"={{ $('A').params.x }}",
	"={{ $('A').context.x }}",
	"={{ $('A').first($json).json.x }}",
	"={{ $('A').item.binary }}",
	"={{ $('A' + $json.x).item.json.x }}",
	'={{ $(`A`).item.json.x }}',
	'={{ $node.A.json.x }}',
	'={{ $node["A"].parameter.x }}',
	'={{ $vars.a = $vars.b }}',
	'={{ () => 1 }}',
	"={{ 'a\\u0062' }}",
	'={{ $now }}',
	'={{ 1 }',
	"={{ '}}' }}",
	'={{ { a: 1 } }}',
	'={{{ $vars.a }}}',
	'={{ $varsX }}',
	'={{ truest }}',
])('%j is not', (written) => {
	expect(nodesReadBy(written)).toBeUndefined();
	expect(nodesReadBy({ deep: [{ inside: written }] })).toBeUndefined();
});
