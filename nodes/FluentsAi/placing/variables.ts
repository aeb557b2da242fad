import type { IDataObject } from 'n8n-workflow';

import { operationError } from '../../shared/api/errors';
import { isObject, plainText } from '../../shared/json';
import { isEmpty } from '../../shared/parameters/convert';
import type { ItemReader } from '../../shared/parameters/reader';
import { agentName, agents } from '../../shared/records/agent';
import { readOne } from '../../shared/records/collection';
import { prompts } from '../../shared/records/prompt';
import { readVariablesOf } from '../../shared/records/promptVariables';
import { shown } from '../../shared/shown';
import type { Context } from '../fields/context';
import { optionsOf } from '../fields/options';
import type { Run } from '../operation';
import { isTool } from '../tool';
import { attemptsOf, hasDialed } from './attempts';
import { withCallKey, type CallKey } from './callKey';
import { missingVariableOption } from './fields';

/** @throws NodeOperationError that names the parameter and the item. */
export function readRefusesMissing(from: ItemReader): boolean {
	return optionsOf(from).choice(missingVariableOption) === 'fail';
}

/** What a call needs of its agent, and gives it. */
interface Request {
	agentId: string;
	settings: IDataObject;
	context: IDataObject;
	fromItem?: Context['fromItem'];
	refusesMissing: boolean;
	key: CallKey;
}

/** The agent of a call, as far as its variables go. */
export interface Agent {
	name: string;
	/** Names of the variables that its prompt needs. */
	variables: string[];
}

const readings = new WeakMap<Run, Map<string, Promise<unknown>>>();

/** Reads what items of a run share, once. */
async function once<T>(run: Run, what: string, read: () => Promise<T>): Promise<T> {
	const ofRun = readings.get(run) ?? new Map<string, Promise<unknown>>();
	readings.set(run, ofRun);
	const reading = (ofRun.get(what) as Promise<T> | undefined) ?? read();
	ofRun.set(what, reading);
	return await reading;
}

/**
 * The agent of a call, which its request may hold in full.
 *
 * @throws NodeApiError when agent or prompt cannot be read.
 */
export async function agentOf(run: Run, { settings, agentId }: Request): Promise<Agent> {
	const agent = settings.agent ?? agentId;
	const describe = async (record: IDataObject): Promise<Agent> => ({
		name: agentName(record),
		variables: await readVariablesOf(
			record,
			async (id) =>
				await once(run, `prompt ${id}`, async () => await readOne(run.api, prompts, id)),
		),
	});
	if (isObject(agent)) return await describe(agent);
	const id = String(agent);
	return await once(
		run,
		`agent ${id}`,
		async () => await describe(await readOne(run.api, agents, id)),
	);
}

/**
 * The request with the variables that are mapped automatically. What was given wins over them.
 *
 * @throws NodeOperationError for a field of the item that is no variable.
 */
export function mapped<R extends Request>(request: R, { variables }: Agent): R {
	const { context, fromItem } = request;
	return fromItem ? { ...request, context: { ...fromItem(variables), ...context } } : request;
}

/**
 * What JavaScript makes of a value that is not there, is an object, or is no date, as soon as an expression
 * puts it into a text. An agent would say it.
 */
const NO_VALUE = /\bundefined\b|\[object \w+\]|\bInvalid Date(Time)?\b/;

/** The names of the variables that the prompt needs and the call lacks. */
export function missingOf({ context, key }: Request, { variables }: Agent): string[] {
	const sent = withCallKey(context, key);
	return variables.filter((name) => {
		const value = Object.hasOwn(sent, name) ? sent[name] : undefined;
		return isEmpty(value) || NO_VALUE.test(plainText(value));
	});
}

/** Why a call is refused that lacks what the prompt needs; undefined where it does not, or may. */
export function whyIncomplete(request: Request, agent: Agent): string | undefined {
	const missing = request.refusesMissing ? missingOf(request, agent) : [];
	if (missing.length === 0) return undefined;
	const { context } = request;
	const isGiven = (name: string) => Object.hasOwn(context, name) && !isEmpty(context[name]);
	const names = missing
		.map((name) => shown(name) + (isGiven(name) ? ` (it is ${shown(context[name])})` : ''))
		.join(', ');
	return `Nobody was called: the context has no value for ${names}, which the prompt of the agent ${shown(agent.name)} needs`;
}

/**
 * The request with all variables of its call. The agent is read for it, once for all items of a run.
 *
 * @throws NodeApiError when agent or prompt cannot be read; NodeOperationError when the call lacks a
 * variable and is not to be placed without.
 */
export async function complete<R extends Request>(
	run: Run,
	request: R,
	itemIndex: number,
): Promise<R> {
	const { context } = run;
	// Then the variables were there.
	const isDialed = hasDialed(attemptsOf(context, itemIndex).find());
	const isChecked = request.refusesMissing && !isDialed;
	if (!isChecked && !request.fromItem) return request;
	const agent = await agentOf(run, request);
	const whole = mapped(request, agent);
	const problem = isChecked ? whyIncomplete(whole, agent) : undefined;
	if (problem === undefined) return whole;
	const advice = isTool(context)
		? 'A tool maps nothing automatically, since its input is what the model has asked for. Map each variable manually, with a value or with $fromAI.'
		: 'Check why the item has no value for it.';
	throw operationError(context.getNode(), `${problem} [item ${itemIndex}]`, {
		itemIndex,
		description: `${advice} To call without it, set the option '${missingVariableOption.displayName}' to Call Anyway.`,
	});
}
