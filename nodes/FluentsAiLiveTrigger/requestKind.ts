import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';

import type { Request } from '../triggers/request';
import type { LiveParameters } from './parameters';

/** A request whose address carried the right secret. */
export interface LiveRequest {
	context: IWebhookFunctions;
	request: Request & { headers: Record<string, unknown> };
	query: Record<string, string>;
	parameters: LiveParameters;
	/** Key of the signatures, in base64, if Fluents.ai has given it. */
	signatureSecret: string | undefined;
}

/** What a request turned out to be: a question for the workflow, or something to answer at once. */
export type Reading =
	| {
			kind: 'question';
			/** What was asked, as fields of the output. */
			asked: IDataObject;
			/** What else the output says about the request. */
			about: IDataObject;
			/** The same for a question that is asked again; undefined when nobody can tell. */
			key?: string;
	  }
	| { kind: 'answered'; status: number; answer: IDataObject };

/** One kind of live request: what comes in, and the form of what goes back. */
export interface RequestKind {
	/** Verifies and reads a request. Nothing else of the request reaches the workflow. */
	read(request: LiveRequest): Reading;
	/** What the agent gets when the workflow has no answer in time. */
	fallback(parameters: Pick<LiveParameters, 'fallbackAnswer'>): IDataObject;
	/** What the agent gets when it is not to wait for the workflow. */
	answerAtOnce(parameters: Pick<LiveParameters, 'answerText'>): IDataObject;
	/** @returns undefined when what n8n would send is no answer of the workflow. */
	toAnswer(status: number, body: unknown): IDataObject | undefined;
}

export function answered(status: number, answer: IDataObject): Reading {
	return { kind: 'answered', status, answer };
}

export function refused(status: number, message: string): Reading {
	return answered(status, { message });
}
