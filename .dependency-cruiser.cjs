/** The layers of the code, as CONTRIBUTING.md draws them. `npm run lint` holds them. */

const node = '^nodes/(FluentsAi|FluentsAiTrigger|FluentsAiLiveTrigger)/';

module.exports = {
	forbidden: [
		{
			name: 'no-circles',
			comment:
				'Files that need each other are one thing: find what both need and put it below.',
			severity: 'error',
			from: {},
			to: { circular: true },
		},
		{
			name: 'no-node-imports-another',
			comment: 'What two nodes need stands in nodes/triggers or nodes/shared.',
			severity: 'error',
			from: { path: node },
			to: { path: node, pathNot: '^nodes/$1/' },
		},
		{
			name: 'triggers-below-nodes',
			comment: 'What triggers share knows none of them.',
			severity: 'error',
			from: { path: '^nodes/triggers/' },
			to: { path: node },
		},
		{
			name: 'shared-below-all',
			comment: 'What all nodes share knows no node, and not what triggers share.',
			severity: 'error',
			from: { path: '^nodes/shared/' },
			to: { path: '^nodes/', pathNot: '^nodes/shared/' },
		},
		{
			name: 'api-below-records-and-parameters',
			comment: 'HTTP knows no kind of object, and no parameter of n8n.',
			severity: 'error',
			from: { path: '^nodes/shared/api/' },
			to: { path: '^nodes/shared/(records|parameters)/' },
		},
		{
			name: 'records-below-parameters',
			comment: 'What an object looks like does not depend on what a user enters.',
			severity: 'error',
			from: { path: '^nodes/shared/records/' },
			to: { path: '^nodes/shared/parameters/' },
		},
		{
			name: 'values-below-all-shared',
			comment:
				'What works on plain values (files in nodes/shared, phone numbers) knows no folder beside it.',
			severity: 'error',
			from: { path: '^nodes/shared/([^/]+$|phoneNumbers/)' },
			to: { path: '^nodes/shared/(api|records|parameters)/' },
		},
		{
			name: 'credentials-use-api-alone',
			comment: 'What the credential checks is in nodes/shared/api/credential.ts.',
			severity: 'error',
			from: { path: '^credentials/' },
			to: { path: '^nodes/', pathNot: '^nodes/shared/api/' },
		},
		{
			name: 'product-stands-alone',
			comment: 'What is published uses nothing that is not.',
			severity: 'error',
			from: { path: '^(nodes|credentials)/' },
			to: { path: '^(bench|e2e|engine|scripts|simulator|test)/' },
		},
		{
			name: 'simulator-stands-alone',
			comment:
				'The simulator is a client’s view of the API: it shares no code with the package.',
			severity: 'error',
			from: { path: '^simulator/' },
			to: { path: '^(bench|credentials|e2e|engine|nodes|scripts|test)/' },
		},
		{
			name: 'operations-above-placing-and-watching',
			comment:
				'What places and watches calls, and fields that operations share, know no resource.',
			severity: 'error',
			from: { path: '^nodes/FluentsAi/(placing|watching|fields)/' },
			to: { path: '^nodes/FluentsAi/(resources|methods)/' },
		},
		{
			name: 'placing-above-watching',
			comment:
				'What watches calls does not know how they were placed: hand over what it needs.',
			severity: 'error',
			from: { path: '^nodes/FluentsAi/watching/' },
			to: { path: '^nodes/FluentsAi/placing/' },
		},
		{
			name: 'fields-below-placing-and-watching',
			comment: 'A field that only calls have stands in placing/ or watching/.',
			severity: 'error',
			from: { path: '^nodes/FluentsAi/fields/' },
			to: { path: '^nodes/FluentsAi/(placing|watching)/' },
		},
		{
			name: 'node-above-its-folders',
			comment: 'The node runs its operations; none of them runs the node.',
			severity: 'error',
			from: { path: '^nodes/FluentsAi/[^/]+/' },
			to: { path: '^nodes/FluentsAi/(FluentsAi\\.node|execute)\\.ts$' },
		},
		{
			name: 'every-file-is-used',
			comment:
				'No node uses this file. An operation belongs into the index.ts of its resource; what nobody needs is removed.',
			severity: 'error',
			from: { path: '^(nodes/.+\\.node|credentials/.+)\\.ts$' },
			to: { path: '^nodes/', pathNot: '\\.(d|node)\\.ts$', reachable: false },
		},
		{
			name: 'simulator-model-below',
			comment: 'What the account of the simulator holds knows nobody who reads or plays it.',
			severity: 'error',
			from: { path: '^simulator/model/' },
			to: { path: '^simulator/', pathNot: '^simulator/(model/|truths\\.ts$)' },
		},
		{
			name: 'simulator-playing-above-sending',
			comment: 'Sending delivers what playing hands to it.',
			severity: 'error',
			from: { path: '^simulator/sending/' },
			to: { path: '^simulator/(playing|operations)/' },
		},
		{
			name: 'simulator-operations-above-playing',
			comment: 'A call goes on whatever the API is asked meanwhile.',
			severity: 'error',
			from: { path: '^simulator/playing/' },
			to: { path: '^simulator/operations/' },
		},
		{
			name: 'tests-above-all',
			comment: 'What others need as well stands in engine/ or scripts/.',
			severity: 'error',
			from: { pathNot: '^test/' },
			to: { path: '^test/' },
		},
	],
	options: {
		doNotFollow: { path: 'node_modules' },
		includeOnly: '^(bench|credentials|e2e|engine|nodes|scripts|simulator|test)/',
		tsConfig: { fileName: 'tsconfig.json' },
		tsPreCompilationDeps: true,
	},
};
