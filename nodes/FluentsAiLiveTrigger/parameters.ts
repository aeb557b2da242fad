import type { IDataObject } from 'n8n-workflow';

import { toBoolean, toNumber, toObject, toTrimmedText } from '../shared/parameters/convert';
import { defaultCountryOption, toDefaultCountry } from '../shared/parameters/defaultCountry';
import type { ParameterReader } from '../shared/parameters/reader';
import { agentsField } from '../shared/parameters/callFilters';
import { optionsOf } from '../triggers/fields';
import { schemaProblem } from './action/schema';
import type { Speech } from './action/speech';
import {
	actionDescriptionField,
	actionNameField,
	allowedValuesField,
	allowRepeatsOption,
	answerTextField,
	answerUsingField,
	deadlineOption,
	fallbackAnswerOption,
	fieldDescriptionField,
	fieldNameField,
	fieldRequiredField,
	fieldTypeField,
	inputFieldsField,
	inputSchemaField,
	requestTypeField,
	signatureHeaderOption,
	signatureOption,
	silentAfterOption,
	speakOnReceiveField,
	speakOnSendField,
	specifyInputField,
} from './fields';

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

/** @throws NodeOperationError for a value that is none of its field. */
export function readLiveParameters(from: ParameterReader): LiveParameters {
	const options = optionsOf(from);
	const requestType = from.choice<LiveParameters['requestType']>(requestTypeField);
	const isAction = requestType === 'action';
	const answerUsing = from.choice<LiveParameters['answerUsing']>(answerUsingField);
	return {
		requestType,
		answerUsing,
		answerText: isAction && answerUsing === 'immediately' ? from.text(answerTextField) : '',
		fallbackAnswer: readFallback(options),
		deadline: options.number(deadlineOption) * 1000,
		inputSchema: isAction ? readInputSchema(from) : {},
		signature: readSignature(from),
		defaultCountry: toDefaultCountry(
			options.given(defaultCountryOption),
			options.failing(defaultCountryOption),
		),
		allowsRepeats: options.boolean(allowRepeatsOption),
	};
}

/** A user who empties the field wants no text. */
function readFallback(options: ParameterReader): string {
	const given = options.given(fallbackAnswerOption) ?? fallbackAnswerOption.default;
	return toTrimmedText(given, options.failing(fallbackAnswerOption));
}

/** @throws NodeOperationError when none is chosen. */
export function readAgentIds(from: ParameterReader): string[] {
	const ids = from.list(agentsField);
	if (ids.length > 0) return ids;
	throw from.fail(agentsField, 'is empty. Choose the agents that may ask the workflow');
}

export function readSignature(from: ParameterReader): SignatureCheck {
	const options = optionsOf(from);
	return {
		mode: options.choice(signatureOption, { guards: true }),
		header: readSignatureHeader(options),
	};
}

/** What HTTP allows in the name of a header. */
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]{1,100}$/;

/** Another name would never be found, and would stand in the log of n8n. */
function readSignatureHeader(options: ParameterReader): string {
	const name = options.text(signatureHeaderOption).trim();
	if (HEADER_NAME.test(name)) return name.toLowerCase();
	throw options.fail(signatureHeaderOption, `is not the name of a header: '${name}'`);
}

/**
 * The settings of the external action, without its address.
 *
 * @throws NodeOperationError for what is missing.
 */
export function readActionConfig(from: ParameterReader): IDataObject & { name: string } {
	return {
		name: readActionName(from),
		description: from.text(actionDescriptionField),
		input_schema: checkedSchema(from),
	};
}

export function readSpeech(from: ParameterReader): Speech {
	return {
		before: from.text(speakOnSendField),
		after: from.text(speakOnReceiveField),
		isSilent: optionsOf(from).boolean(silentAfterOption),
	};
}

/** Models call actions by these names only (API: C27). */
const ACTION_NAME = /^[a-z0-9_-]{1,64}$/i;

function readActionName(from: ParameterReader): string {
	const name = from.text(actionNameField);
	if (ACTION_NAME.test(name)) return name;
	const like = name
		.normalize('NFKD')
		.replace(/\p{M}/gu, '')
		.replace(/[^a-z0-9_-]+/gi, '_')
		.replace(/^_+|_+$/g, '')
		.slice(0, 64);
	throw from.fail(
		actionNameField,
		`may have letters, digits, _ and - only, and 64 of them at most. Write ${like === '' ? 'for example find_order' : like}`,
	);
}

/** @throws NodeOperationError for a schema that no agent could be built from. */
function checkedSchema(from: ParameterReader): IDataObject {
	const schema = readInputSchema(from);
	const problem = schemaProblem(schema);
	if (problem === undefined) return schema;
	throw from.fail(isTyped(from) ? inputSchemaField : inputFieldsField, problem);
}

function isTyped(from: ParameterReader): boolean {
	return from.choice(specifyInputField) === 'schema';
}

function readInputSchema(from: ParameterReader): IDataObject {
	if (isTyped(from)) return from.json(inputSchemaField, toObject) ?? {};
	const fields = from.entries(inputFieldsField).map(readInputField);
	const names = fields.map(({ name }) => name);
	const twice = names.find((name, i) => names.indexOf(name) !== i);
	if (twice !== undefined) throw from.fail(inputFieldsField, `has the field '${twice}' twice`);
	return {
		type: 'object',
		properties: Object.fromEntries(fields.map(({ name, schema }) => [name, schema])),
		required: fields.filter(({ isRequired }) => isRequired).map(({ name }) => name),
	};
}

interface InputField {
	name: string;
	schema: IDataObject;
	isRequired: boolean;
}

function readInputField(field: ParameterReader): InputField {
	const type = field.choice(fieldTypeField);
	const description = field.text(fieldDescriptionField);
	const values = field.list(allowedValuesField).map((text) => toAllowed(field, type, text));
	return {
		name: field.text(fieldNameField),
		schema: {
			type,
			...(description !== '' && { description }),
			...(values.length > 0 && { enum: values }),
		},
		isRequired: field.boolean(fieldRequiredField),
	};
}

/** An allowed value that a user has typed, as the field's type has it. */
function toAllowed(field: ParameterReader, type: string, text: string) {
	const fail = field.failing(allowedValuesField);
	if (type === 'string') return text;
	return type === 'boolean' ? toBoolean(text, fail) : toNumber(text, fail);
}
