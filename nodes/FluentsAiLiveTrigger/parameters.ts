import { NodeOperationError } from 'n8n-workflow';
import type { IDataObject, IHookFunctions, IWebhookFunctions } from 'n8n-workflow';

import { toJsonObject, toList, toText } from '../shared/parameters/convert';
import { defaultCountryOption, toDefaultCountry } from '../shared/parameters/defaultCountry';
import { schemaProblem } from './action/schema';
import type { Speech } from './action/speech';

type TriggerContext = IHookFunctions | IWebhookFunctions;

export interface SignatureCheck {
	mode: 'ifSent' | 'off' | 'required';
	/** In lower case. */
	header: string;
}

export interface LiveParameters {
	requestType: 'action' | 'callerLookup';
	answerUsing: 'respond' | 'lastNode' | 'immediately';
	/** What the agent says when the answer goes out at once. */
	answerText: string;
	/** What it says when there is no answer in time. */
	fallbackAnswer: string;
	/** Milliseconds after which there has to be an answer. */
	deadline: number;
	/** JSON Schema of what the agent sends. */
	inputSchema: IDataObject;
	signature: SignatureCheck;
	/** ISO code of the country of callers without a country code. */
	defaultCountry?: string;
	/** Whether the same question runs the workflow again. */
	allowsRepeats: boolean;
}

export const DEFAULT_FALLBACK = 'Sorry, I cannot look that up right now.';

/** Seconds. */
export const DEFAULT_DEADLINE = 8;

/** Seconds: Fluents.ai is said to wait 10 (API: action answer); the rest is for the way. */
const LONGEST_DEADLINE = 9.5;

export function readLiveParameters(context: TriggerContext): LiveParameters {
	const options = context.getNodeParameter('options', {}) as IDataObject;
	const requestType = readRequestType(context);
	const seconds = Number(options.deadline ?? DEFAULT_DEADLINE) || DEFAULT_DEADLINE;
	return {
		requestType,
		answerUsing: context.getNodeParameter(
			'answerUsing',
			'respond',
		) as LiveParameters['answerUsing'],
		answerText: toText(context.getNodeParameter('answerText', '')),
		fallbackAnswer: toText(options.fallbackAnswer ?? DEFAULT_FALLBACK),
		deadline: Math.min(Math.max(seconds, 1), LONGEST_DEADLINE) * 1000,
		inputSchema: requestType === 'action' ? readInputSchema(context) : {},
		signature: readSignature(context),
		defaultCountry: toDefaultCountry(
			options.defaultCountry,
			failAt(context, defaultCountryOption.displayName),
		),
		allowsRepeats: options.allowRepeats === true,
	};
}

export function readRequestType(context: TriggerContext): LiveParameters['requestType'] {
	return context.getNodeParameter('requestType', 'action') as LiveParameters['requestType'];
}

/** @throws NodeOperationError when none is chosen. */
export function readAgentIds(context: TriggerContext): string[] {
	const fail = failAt(context, 'Agent Names or IDs');
	const ids = toList(context.getNodeParameter('agents', []), fail) as string[];
	if (ids.length > 0) return ids;
	throw fail('is empty. Choose the agents that may ask the workflow');
}

export function readSignature(context: TriggerContext): SignatureCheck {
	const options = context.getNodeParameter('options', {}) as IDataObject;
	return {
		mode: (options.signature ?? 'ifSent') as SignatureCheck['mode'],
		header: toText(options.signatureHeader).toLowerCase() || 'x-vocode-signature',
	};
}

/**
 * The settings of the external action, without its address.
 *
 * @throws NodeOperationError for what is missing.
 */
export function readActionConfig(context: TriggerContext): IDataObject & { name: string } {
	const required = (name: string, displayName: string) => {
		const text = toText(context.getNodeParameter(name, ''));
		if (text !== '') return text;
		throw failAt(context, displayName)('is empty');
	};
	return {
		name: readActionName(context, required('actionName', 'Action Name')),
		description: required('actionDescription', 'When to Use It'),
		input_schema: checkedSchema(context),
	};
}

export function readSpeech(context: TriggerContext): Speech {
	const options = context.getNodeParameter('options', {}) as IDataObject;
	return {
		before: toText(context.getNodeParameter('speakOnSend', '')),
		after: toText(context.getNodeParameter('speakOnReceive', '')),
		isSilent: options.silentAfter === true,
	};
}

/** Models call actions by these names only (API: C27). */
const ACTION_NAME = /^[a-z0-9_-]{1,64}$/i;

function readActionName(context: TriggerContext, name: string): string {
	if (ACTION_NAME.test(name)) return name;
	const like = name
		.normalize('NFKD')
		.replace(/\p{M}/gu, '')
		.replace(/[^a-z0-9_-]+/gi, '_')
		.replace(/^_+|_+$/g, '')
		.slice(0, 64);
	throw failAt(
		context,
		'Action Name',
	)(
		`may have letters, digits, _ and - only, and 64 of them at most. Write ${like === '' ? 'for example find_order' : like}`,
	);
}

/** @throws NodeOperationError for a schema that no agent could be built from. */
function checkedSchema(context: TriggerContext): IDataObject {
	const schema = readInputSchema(context);
	const problem = schemaProblem(schema);
	if (problem === undefined) return schema;
	const isTyped = context.getNodeParameter('specifyInput', 'fields') === 'schema';
	throw failAt(context, isTyped ? 'Input Schema (JSON)' : 'Input Fields')(problem);
}

function readInputSchema(context: TriggerContext): IDataObject {
	if (context.getNodeParameter('specifyInput', 'fields') === 'schema') {
		const fail = failAt(context, 'Input Schema (JSON)');
		return toJsonObject(context.getNodeParameter('inputSchema', '{}'), fail);
	}
	const fail = failAt(context, 'Input Fields');
	const { fields = [] } = context.getNodeParameter('inputFields', {}) as {
		fields?: IDataObject[];
	};
	const names = fields.map(({ name }) => toText(name));
	if (names.includes('')) throw fail('have a field without a name');
	const twice = names.find((name, i) => names.indexOf(name) !== i);
	if (twice !== undefined) throw fail(`have the field '${twice}' twice`);
	const properties = fields.map(({ type = 'string', description, allowedValues }, i) => {
		const values = toList(allowedValues, fail) as string[];
		const field: IDataObject = { type };
		if (toText(description)) field.description = toText(description);
		if (values.length > 0) {
			field.enum = type === 'string' ? values : values.map((value) => toValue(value));
		}
		return [names[i], field];
	});
	return {
		type: 'object',
		properties: Object.fromEntries(properties) as IDataObject,
		required: names.filter((_, i) => fields[i].required !== false),
	};
}

/** A number, or true or false, as text that a user has typed. */
function toValue(text: string): string | number | boolean {
	if (/^(true|false)$/i.test(text)) return text.toLowerCase() === 'true';
	return Number.isFinite(Number(text)) ? Number(text) : text;
}

function failAt(context: TriggerContext, displayName: string) {
	return (problem: string) =>
		new NodeOperationError(context.getNode(), `'${displayName}' ${problem}`);
}
