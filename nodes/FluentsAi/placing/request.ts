import type { IDataObject } from 'n8n-workflow';

import { additionalBodyFields, additionalFields, readCreateBody } from '../fields/body';

import { readContext, type Context } from '../fields/context';
import { toObject, toTrimmedText, type Fail } from '../../shared/parameters/convert';
import { agentLocator, fromNumberLocator } from '../fields/locators';
import { optionsOf } from '../fields/options';
import { readCallKey, type CallKey } from './callKey';

import type { ItemReader } from '../../shared/parameters/reader';
import { readCallingWindow, type CallingWindow } from './callingWindow';

import { readDoNotCall } from './doNotCall';
import { readDuplicateOptions, type DuplicateOptions } from './duplicates';
import type { Addressee } from './addressee';
import { type Mode } from './mode';
import { readNumberToCall } from './numberToCall';
import { forTests, readPacing, type Pacing } from './pacing';
import { readRefusesMissing } from './variables';
import { readRepeatRule, type RepeatRule } from './repeats';
import { keepFromModel } from '../tool';
import type { Slot } from './callsOfTools';
import { checkAllowed, readToolLimits, type ToolLimits } from './toolLimits';
import { readMaxWait } from '../watching/untilEnded';
import type { EventTarget } from '../watching/untilEvent';
import { toNumberField, settingFields, agentPayloadOption } from './fields';
import { sendCallKeyOption, retryUnconfirmedOption } from './fields';

export interface CallRequest extends Addressee {
	agentId: string;
	fromNumber: string;
	/** ISO code of the country of the person's number, where it tells it. */
	country?: string;
	/** Why the person's number may not exist, although it is possible. */
	numberHint?: string;
	context: IDataObject;
	/** Gives the variables that are mapped automatically, by their names. */
	fromItem?: Context['fromItem'];
	/** Whether a call is refused that lacks a variable which the prompt needs. */
	refusesMissing: boolean;
	/** Further fields of the request. They win over those that the node makes of the others. */
	settings: IDataObject;
	agentPayload: 'id' | 'full';
	key: CallKey;
	/** For tools: by what a request is known that was made before. */
	repeats?: RepeatRule;
	duplicates: DuplicateOptions;
	/** Milliseconds for which a request not to be called counts; undefined when none does. */
	doNotCall?: number;
	retryUnconfirmed: boolean;
	window?: CallingWindow;
	pacing: Pacing;
	/** Milliseconds to wait for the window to open, and for limits. */
	maxWait: number;
	/** What a tool may do at most. */
	limits?: ToolLimits;
	/** The place that a call of a tool has among those of an hour. */
	slot?: Slot;
	/** Where the events of this call go, instead of to the webhook of its agent. */
	webhook?: EventTarget;
}

/** @throws NodeOperationError that names the parameter and the item. */
export function readCallRequest(from: ItemReader, mode: Mode): CallRequest {
	const options = optionsOf(from);
	const limits = readToolLimits(from);
	keepFromModel(from.context, from, fromNumberLocator);
	// They win over what stands above, and may bring an agent that leads the call anywhere.
	if (limits) keepFromModel(from.context, from, additionalFields);
	const {
		from_number: ownFrom,
		to_number: ownTo,
		context: ownContext,
		...settings
	} = readCreateBody(from, settingFields);
	const hasLine = ownFrom !== undefined || settings.agent_phone_number !== undefined;
	if (hasLine) keepFromModel(from.context, from, additionalFields);
	const fromNumber = toTrimmedText(ownFrom, failingIn(from, 'from_number'));
	const toNumber = toTrimmedText(ownTo, failingIn(from, 'to_number'));
	const person = readNumberToCall(from, toNumberField, toNumber || undefined);
	if (limits) checkAllowed(from, person, limits);
	const isTest = mode.kind === 'testNumber';
	const { variables, fromItem } = readVariables(from, ownContext);
	const dialed = {
		agentId: from.id(agentLocator),
		fromNumber: fromNumber || String(from.phoneNumber(fromNumberLocator)),
		toNumber: isTest ? mode.number : person.number,
		insteadOf: isTest ? person.number : undefined,
		context: variables,
	};
	const repeats = readRepeatRule(from, { ...dialed, agent: settings.agent ?? dialed.agentId });
	const key = readCallKey(from, repeats?.prefix);
	if (limits && !key.isSent) {
		throw options.fail(
			sendCallKeyOption,
			"has to be on with 'Tool Limits', so nobody was called",
			'Calls are counted by what they carry.',
		);
	}
	const pacing = readPacing(from);
	return {
		...dialed,
		country: person.country,
		numberHint: person.hint,
		fromItem,
		refusesMissing: readRefusesMissing(from),
		settings,
		agentPayload: options.choice<'id' | 'full'>(agentPayloadOption),
		key,
		repeats,
		duplicates: readDuplicateOptions(from, key.isOwn),
		doNotCall: readDoNotCall(from),
		retryUnconfirmed: options.boolean(retryUnconfirmedOption),
		window: readCallingWindow(from, person.number),
		pacing: isTest ? forTests(pacing) : pacing,
		maxWait: readMaxWait(from),
		limits,
	};
}

/** The user's variables. Those in the body of the request stand for all others. */
function readVariables(from: ItemReader, own: unknown): Context {
	const inBody = toObject(own, failingIn(from, 'context'));
	return inBody ? { variables: inBody } : readContext(from);
}

/** Errors about a field of the request that the user wrote as JSON, instead of those above it. */
function failingIn(from: ItemReader, name: string): Fail {
	return (problem, advice) =>
		from.fail(additionalBodyFields, `holds ${name}, which ${problem}`, advice);
}
