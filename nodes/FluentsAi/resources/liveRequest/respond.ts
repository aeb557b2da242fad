import type {
	IDataObject,
	IExecuteFunctions,
	INodeProperties,
	NodeOperationError,
} from 'n8n-workflow';

import { operationError } from '../../../shared/api/errors';
import { actionAnswer } from '../../../shared/liveAnswer';
import { requiredEnvironmentOption } from '../../../shared/parameters/requiredEnvironment';
import { toObject } from '../../../shared/parameters/convert';
import { nameValueField, readNameValues } from '../../fields/nameValues';
import { collectionOfOptions } from '../../fields/options';
import type { Operation } from '../../operation';

interface Parameters {
	result: IDataObject;
	agentSays: string;
}

const specifyResult: INodeProperties = {
	displayName: 'Specify Result',
	name: 'specifyResult',
	type: 'options',
	options: [
		{ name: 'Using Fields Below', value: 'keypair' },
		{ name: 'Using JSON', value: 'json' },
	],
	default: 'keypair',
	description: 'How to give what the agent is told',
};

const resultField = nameValueField(
	{
		displayName: 'Result',
		name: 'result',
		displayOptions: { show: { specifyResult: ['keypair'] } },
		description: 'What to tell the agent or, for a caller lookup, the variables of its prompt',
	},
	{
		displayName: 'Field',
		name: 'fields',
		nameProperty: {
			placeholder: 'e.g. delivery_date',
			description: 'Name of the field or of the variable',
		},
		valueProperty: { placeholder: 'e.g. Tuesday', description: 'What the agent is told' },
	},
);

const resultJson: INodeProperties = {
	displayName: 'Result (JSON)',
	name: 'resultJson',
	type: 'json',
	default: '{}',
	placeholder: 'e.g. { "delivery_date": "Tuesday" }',
	displayOptions: { show: { specifyResult: ['json'] } },
	description: 'What to tell the agent or, for a caller lookup, the variables of its prompt',
};

const agentSaysField: INodeProperties = {
	displayName: 'Agent Says',
	name: 'agentSays',
	type: 'string',
	default: '',
	placeholder: 'e.g. Your order arrives on Tuesday.',
	description:
		'What the agent says, word for word. If empty, the agent decides. Not for caller lookups.',
};

/** What the trigger has given, which only it can tell. */
interface Question {
	respond_by: string | null;
}

export const respond: Operation<Parameters> = {
	option: {
		name: 'Respond',
		value: 'respond',
		action: 'Respond to a live request',
		description:
			'Answer the agent that has asked through a Fluents.ai Live Trigger, during the call',
	},
	properties: [
		specifyResult,
		resultField,
		resultJson,
		agentSaysField,
		collectionOfOptions([requiredEnvironmentOption]),
	],
	output: { responded: 'boolean', in_time: 'boolean', agent_says: 'string', problem: 'string' },
	kind: 'write',
	read(from) {
		const usesJson = from.choice(specifyResult) === 'json';
		const result = usesJson
			? (from.json(resultJson, toObject) ?? {})
			: (Object.fromEntries(readNameValues(from, resultField)) as IDataObject);
		return { result, agentSays: from.text(agentSaysField) };
	},
	async execute({ context }, { result, agentSays }, i) {
		const { respond_by: respondBy } = questionOf(context, i);
		if (respondBy === null) throw answersByItself(context, i);
		const late = Date.now() - Date.parse(respondBy);
		// What all nodes of an execution share, also after it has slept.
		const execution = context.getContext('flow') as { fluentsAiAnswered?: string };
		const answered = execution.fluentsAiAnswered;
		if (answered === undefined) {
			// Also when it is late: if the agent asks the same again, it gets this answer.
			await context.sendResponse({
				body: actionAnswer(result, agentSays),
				headers: {},
				statusCode: 200,
			});
			execution.fluentsAiAnswered = `item ${i} of '${context.getNode().name}'`;
		}
		const problem =
			answered !== undefined
				? `The answer of ${answered} came first, and a question has one answer.`
				: late > 0
					? `The answer came ${(late / 1000).toFixed(1)} seconds too late: the agent got the fallback answer of the trigger. Answer before slow steps, or do those after this node.`
					: null;
		if (problem !== null) {
			const message = `Item ${i} was not sent. ${problem}`;
			context.addExecutionHints({ message, type: 'warning', location: 'outputPane' });
		}
		const responded = problem === null;
		return [{ json: { responded, in_time: late <= 0, agent_says: agentSays, problem } }];
	},
};

/** @throws NodeOperationError when no Live Trigger has started the workflow. */
function questionOf(context: IExecuteFunctions, itemIndex: number): Question {
	const data = context.getWorkflowDataProxy(itemIndex);
	const started = context
		.getParentNodes(context.getNode().name)
		.filter(({ type }) => type.endsWith('.fluentsAiLiveTrigger'))
		.map(({ name }) => data.$(name) as { isExecuted: boolean; first(): { json: IDataObject } })
		.find(({ isExecuted }) => isExecuted);
	if (started) return started.first().json as unknown as Question;
	throw operationError(
		context.getNode(),
		`No agent waits for this answer: the workflow was not started by a Fluents.ai Live Trigger [item ${itemIndex}]`,
		{
			itemIndex,
			description:
				'Put this node behind a Fluents.ai Live Trigger, in the same workflow: a sub-workflow cannot answer.',
		},
	);
}

function answersByItself(context: IExecuteFunctions, itemIndex: number): NodeOperationError {
	return operationError(
		context.getNode(),
		`The Live Trigger has answered with its text at once [item ${itemIndex}]`,
		{
			itemIndex,
			description:
				"Set 'Answer Using' of the trigger to Fluents.ai Node, or remove this node.",
		},
	);
}
