import type { IDataObject, IHookFunctions, NodeApiError, NodeOperationError } from 'n8n-workflow';

import { connect } from '../shared/api/connect';
import { createLimiters } from '../shared/api/limiter';
import { readerOfTrigger } from '../shared/parameters/reader';
import {
	requireEnvironment,
	requiredEnvironmentOption,
} from '../shared/parameters/requiredEnvironment';
import { operationError } from '../shared/api/errors';
import { foreignText } from '../shared/foreignText';
import { triggerData, type Activation, type TriggerData } from './activation';
import { originOf, whyUnreachable } from './address';
import { LeftBehind, requireSameEnvironment } from './environment';
import { allowUnreachableUrlOption, leaveBehindOption, optionsOf } from './fields';
import { shortId, shortInstanceId } from './record';

/** What a trigger has to do in Fluents.ai. */
export interface Registration {
	/** Whether nothing is left to do. */
	isComplete: boolean;
	/** What is to be stored, as far as it is known before. */
	data: TriggerData;
	/** Does it, or leaves nothing of it behind. @returns what is to be stored. */
	complete(): Promise<TriggerData>;
}

export interface Registrar {
	/** @throws NodeOperationError for what the user has to change. */
	prepare(activation: Activation): Promise<Registration>;
	/** Looks what there is to take away. */
	leave(activation: Activation): Promise<Departure>;
}

/** The removal of a trigger, of which nothing has happened yet. */
export interface Departure {
	/** The secrets in all addresses that were found. */
	secrets: unknown[];
	/** Where else the trigger is registered, by the secret that n8n has stored. */
	elsewhere?: string;
	/**
	 * Takes away everything that belongs to this address of n8n, from Fluents.ai's side alone: after a
	 * failed activation n8n calls it without what was stored meanwhile. What is gone counts as done.
	 */
	complete(): Promise<void>;
}

/** Labels in Fluents.ai get at most so many characters; how many it takes is not known. */
const LONGEST_LABEL = 100;

/**
 * n8n gives up on publishing after 84 seconds, with a text of its own that tells nothing. Until then it
 * tries five times, 15 seconds of pauses between, and undoes each try.
 */
const REQUEST_LIMITS = { timeout: 6000, retryBudget: 6000 };

/**
 * n8n registers the triggers of a workflow, and several workflows, at the same time. What one finds in an
 * environment must not be changed by another meanwhile.
 */
const turns = createLimiters(1);

/** Activations that a person has asked for. */
const ATTENDED = ['activate', 'update', 'manual'];

/** @returns whether everything is in Fluents.ai and stored in n8n as the parameters ask for. */
export async function isRegistered(
	context: IHookFunctions,
	{ prepare }: Registrar,
): Promise<boolean> {
	return await perform(context, async (activation) => {
		looks.delete(activation.stored);
		const registration = await begin(activation, prepare);
		const { isComplete, data } = registration;
		const stored = activation.stored as IDataObject;
		const isStored = Object.entries(data).every(([name, value]) => stored[name] === value);
		return isComplete && isStored;
	});
}

/** It may be called again after it has thrown. */
export async function register(context: IHookFunctions, { prepare }: Registrar): Promise<boolean> {
	return await perform(context, async (activation) => {
		const registration = await begin(activation, prepare);
		Object.assign(activation.stored, await changing(registration.complete()));
		LeftBehind.forget(context);
		return true;
	});
}

/** @throws for what is still registered, where n8n would otherwise forget it. */
export async function unregister(context: IHookFunctions, { leave }: Registrar): Promise<boolean> {
	return await perform(context, async (activation) => {
		const { secrets, elsewhere, complete } = await leave(activation);
		requireSameEnvironment(activation, secrets);
		await changing(complete());
		if (elsewhere !== undefined) throw movedError(activation, elsewhere);
		const stored = activation.stored as IDataObject;
		for (const name of Object.keys(stored)) delete stored[name];
		LeftBehind.forget(context);
		return true;
	});
}

/** @throws what `task` throws. Of it n8n shows the message alone, so that says what to do, too. */
async function perform<T>(
	context: IHookFunctions,
	task: (activation: Activation) => Promise<T>,
): Promise<T> {
	const turn = async () => {
		const activation = await activationOf(context);
		return await turns(activation.api.credential)(async () => await task(activation));
	};
	return await turn().catch((error: NodeApiError | NodeOperationError) => {
		const text = [error.message, error.description].filter(Boolean).join('. ');
		error.message = text.replace(/([.!?])\. /g, '$1 ');
		throw error;
	});
}

interface Look {
	found: Promise<unknown>;
	/** When it is too old to be used, in milliseconds since 1970. */
	until: number;
	changes: number;
}

/** What `checkExists` has seen, by what n8n has stored for the trigger. */
const looks = new WeakMap<TriggerData, Look>();

const LOOK_LIFETIME = 15_000;

/** How often this process has changed registrations, after which nothing that was seen holds. */
let changes = 0;

async function look<T>(stored: TriggerData, read: () => Promise<T>): Promise<T> {
	const kept = looks.get(stored);
	looks.delete(stored);
	if (kept && kept.changes === changes && kept.until > Date.now()) {
		return (await kept.found) as T;
	}
	const found = read();
	looks.set(stored, { found, until: Date.now() + LOOK_LIFETIME, changes });
	return await found;
}

async function changing<T>(work: Promise<T>): Promise<T> {
	return await work.finally(() => (changes += 1));
}

/** Cuts between characters as people see them: an emoji may be several for a computer. */
function cut(text: string, length: number): string {
	if (text.length <= length) return text;
	let end = 0;
	for (const { segment } of new Intl.Segmenter().segment(text)) {
		if (end + segment.length > length) break;
		end += segment.length;
	}
	return text.slice(0, end);
}

async function activationOf(context: IHookFunctions): Promise<Activation> {
	const node = context.getNode();
	const { id, name = '' } = context.getWorkflow();
	const isTest = context.getMode() === 'manual';
	const stored = triggerData(context);
	return {
		context,
		from: readerOfTrigger(context),
		api: await connect(context, REQUEST_LIMITS),
		address: context.getNodeWebhookUrl('default') ?? '',
		identity: {
			instance: shortInstanceId(context.getInstanceId()),
			workflow: shortId(id),
			trigger: shortId(node.webhookId ?? node.id),
			home: shortId(context.getInstanceBaseUrl()),
		},
		isTest,
		isAttended: ATTENDED.includes(context.getActivationMode()),
		label: cut(`${isTest ? 'n8n test' : 'n8n'}: ${name}`, LONGEST_LABEL),
		stored,
		look: async (read) => await look(stored, read),
	};
}

/** @throws NodeOperationError for an address that cannot be reached, or the wrong environment. */
async function begin(activation: Activation, prepare: Registrar['prepare']): Promise<Registration> {
	const { context, from, api, address } = activation;
	const options = optionsOf(from);
	if (!options.boolean(allowUnreachableUrlOption)) requireReachable(context, address);
	const environment = options.text(requiredEnvironmentOption, { guards: true });
	requireEnvironment(context.getNode(), environment, api.credential.environment);
	// It matters when the trigger is taken away. What is wrong with it is told now.
	options.boolean(leaveBehindOption);
	return await prepare(activation);
}

function requireReachable(context: IHookFunctions, address: string): void {
	const reason = whyUnreachable(address);
	if (reason === undefined) return;
	const origin = originOf(address) ?? `'${address}'`;
	throw operationError(
		context.getNode(),
		`Fluents.ai cannot reach this n8n: its address ${foreignText(origin)} ${reason}`,
		{
			description:
				"Set the environment variable WEBHOOK_URL of n8n to its public https:// address and restart it. For tests in your own network, e.g. with a simulator, turn on the option 'Allow Unreachable URL'.",
		},
	);
}

function movedError({ context }: Activation, address: string): NodeOperationError {
	return operationError(
		context.getNode(),
		`The trigger is still registered at another address of n8n: ${foreignText(address)}`,
		{ description: 'Publish the workflow once, which moves it here, and unpublish it then.' },
	);
}
