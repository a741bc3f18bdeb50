// The vendor's npm SDK, as published, lives a thread's whole life against the server (docs/hosted-api.md §7).
// Run by test_npm_sdk.py, which gives the server's address and key in the environment.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { before, test } from 'node:test';
import {
  BackboardAPIError,
  BackboardClient,
  BackboardNotFoundError,
  BackboardValidationError,
} from 'backboard-sdk';

const baseUrl = process.env.BACKBOARD_BASE_URL;
const client = new BackboardClient({ apiKey: process.env.BACKBOARD_API_KEY, baseUrl });
const WEATHER = {
  type: 'function',
  function: {
    name: 'weather',
    description: 'The weather of a city.',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};
const CALL_WEATHER = '/call weather {"city": "Oslo"}';
let assistant;

before(async () => {
  assistant = await client.createAssistant({ name: 'Guide', tools: [WEATHER] });
});

const newThread = async () => (await client.createThread(assistant.assistantId)).threadId;
const messagesOf = async (threadId) => (await client.getThread(threadId)).messages;
const refused = (kind, status, message) => (error) => {
  assert.ok(error instanceof kind, `${error.constructor.name}: ${error.message}`);
  assert.equal(error.statusCode, status);
  assert.match(error.message, message);
  return true;
};

async function collect(stream) {
  const events = [];
  for await (const event of stream) events.push(event);
  return events;
}

const textOf = (events) =>
  events
    .filter((event) => event.type === 'content_streaming')
    .map((event) => event.content)
    .join('');

test('assistant: create, get, list, update, delete', async () => {
  const name = `Guide ${randomUUID()}`;
  const created = await client.createAssistant({
    name,
    description: 'A guide.',
    tools: [WEATHER],
    embedding_provider: 'openai',
    embedding_model_name: 'text-embedding-3-large',
    embedding_dims: 3072,
  });
  assert.deepEqual(await client.getAssistant(created.assistantId), created);
  assert.deepEqual(created.tools, [WEATHER]);
  assert.equal(created.tokK, 10);
  const listed = await client.listAssistants({ skip: 0, limit: 1 });
  assert.deepEqual(listed.map((one) => one.assistantId), [created.assistantId]);
  const changed = await client.updateAssistant(created.assistantId, { description: 'Another.' });
  assert.deepEqual([changed.name, changed.description], [name, 'Another.']);
  assert.equal((await client.updateAssistant(created.assistantId)).description, 'Another.');
  const deleted = await client.deleteAssistant(created.assistantId);
  assert.equal(deleted.assistant_id, created.assistantId);
  await assert.rejects(client.getAssistant(created.assistantId), refused(BackboardNotFoundError, 404, /Assistant not found/));
});

test('thread: create, get, list, delete', async () => {
  const ids = [await newThread(), await newThread(), await newThread()];
  const fresh = await client.getThread(ids[0]);
  assert.deepEqual(fresh.messages, []);
  assert.ok(!Number.isNaN(fresh.createdAt.getTime()));
  const first = await client.listThreadsForAssistant(assistant.assistantId, { skip: 0, limit: 2 });
  const next = await client.listThreadsForAssistant(assistant.assistantId, { skip: 2, limit: 1 });
  assert.deepEqual([...first, ...next].map((thread) => thread.threadId).sort(), [...ids].sort());
  const all = await client.listThreads();
  assert.ok(ids.every((id) => all.some((thread) => thread.threadId === id)));
  const deleted = await client.deleteThread(ids[0]);
  assert.equal(deleted.thread_id, ids[0]);
  await assert.rejects(client.getThread(ids[0]), refused(BackboardNotFoundError, 404, /Thread not found/));
});

test('message: plain', async () => {
  const threadId = await newThread();
  const reply = await client.addMessage(threadId, { content: '/say a+b é & more', llm_provider: 'openai', memory: 'Auto' });
  assert.deepEqual([reply.content, reply.status, reply.threadId], ['a+b é & more', 'COMPLETED', threadId]);
  assert.ok(reply.runId);
  assert.ok(reply.toString().length > 0);
  const messages = await messagesOf(threadId);
  assert.deepEqual(messages.map((message) => message.role), ['user', 'assistant']);
  assert.equal(messages[1].content, 'a+b é & more');
});

test('message: the conversation is remembered', async () => {
  const threadId = await newThread();
  await client.addMessage(threadId, { content: 'My name is Ada.' });
  const reply = await client.addMessage(threadId, { content: 'What is my name?' });
  assert.match(reply.content, /My name is Ada\./);
});

test('message: with files', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'npm-sdk-'));
  const [note, picture] = [path.join(folder, 'note.txt'), path.join(folder, 'picture.png')];
  fs.writeFileSync(note, 'hello\r\n--boundary--\r\n');
  fs.writeFileSync(picture, Buffer.from(Array.from({ length: 65536 }, (_, index) => index % 256)));
  const threadId = await newThread();
  const reply = await client.addMessage(threadId, { content: 'Look.', files: [note, picture] });
  assert.equal(reply.status, 'COMPLETED');
  const kept = (await messagesOf(threadId))[0].attachments;
  assert.deepEqual(
    kept.map((one) => [one.filename, one.fileSizeBytes, one.status]),
    [['note.txt', 21, 'indexed'], ['picture.png', 65536, 'indexed']],
  );
  fs.rmSync(folder, { recursive: true });
});

test('message: streamed', async () => {
  const threadId = await newThread();
  const events = await collect(await client.addMessage(threadId, { content: '/say one two\u2028three', stream: true }));
  assert.equal(textOf(events), 'one two\u2028three');
  assert.equal(events.at(-1).type, 'run_ended');
  assert.equal((await messagesOf(threadId)).at(-1).content, 'one two\u2028three');
});

test('tool call: plain', async () => {
  const threadId = await newThread();
  const waiting = await client.addMessage(threadId, { content: CALL_WEATHER });
  assert.equal(waiting.status, 'REQUIRES_ACTION');
  const [call] = waiting.toolCalls;
  assert.deepEqual([call.function.name, call.function.parsedArguments], ['weather', { city: 'Oslo' }]);
  const done = await client.submitToolOutputs(threadId, waiting.runId, [{ tool_call_id: call.id, output: '12 degrees' }]);
  assert.equal(done.status, 'COMPLETED');
  assert.ok(done.content);
});

test('tool call: streamed', async () => {
  const threadId = await newThread();
  const events = await collect(await client.addMessage(threadId, { content: CALL_WEATHER, stream: true }));
  const waiting = events.at(-1);
  assert.equal(waiting.type, 'tool_submit_required');
  const outputs = waiting.tool_calls.map((call) => ({ tool_call_id: call.id, output: '12 degrees' }));
  const answered = await collect(await client.submitToolOutputs(threadId, waiting.run_id, outputs, true));
  assert.equal(answered.at(-1).type, 'run_ended');
  assert.equal(textOf(answered), (await messagesOf(threadId)).at(-1).content);
});

test('a failed run', async () => {
  const threadId = await newThread();
  const reply = await client.addMessage(threadId, { content: '/fail out of order' });
  assert.equal(reply.status, 'FAILED');
  assert.match(reply.message, /out of order/);
  const stream = await client.addMessage(threadId, { content: '/fail out of order', stream: true });
  await assert.rejects(collect(stream), /out of order/);
});

test('errors: 401', async () => {
  const stranger = new BackboardClient({ apiKey: 'wrong', baseUrl });
  await assert.rejects(stranger.listThreads(), refused(BackboardAPIError, 401, /Invalid or missing API key/));
});

test('errors: 404', async () => {
  const unknown = randomUUID();
  const outputs = [{ tool_call_id: 'call_1', output: 'x' }];
  const of = (what) => refused(BackboardNotFoundError, 404, new RegExp(`${what} not found`));
  await assert.rejects(client.updateAssistant(unknown, { name: 'x' }), of('Assistant'));
  await assert.rejects(client.deleteAssistant(unknown), of('Assistant'));
  await assert.rejects(client.createThread(unknown), of('Assistant'));
  await assert.rejects(client.listThreadsForAssistant(unknown), of('Assistant'));
  await assert.rejects(client.deleteThread(unknown), of('Thread'));
  await assert.rejects(client.addMessage(unknown, { content: 'x' }), of('Thread'));
  await assert.rejects(client.addMessage(unknown, { content: 'x', stream: true }), of('Thread'));
  await assert.rejects(client.submitToolOutputs(await newThread(), 'run_unknown', outputs), of('Run'));
});

test('errors: 422, 400 and 409', async () => {
  const invalid = refused(BackboardAPIError, 422, /./);
  await assert.rejects(client.getThread('not-a-uuid'), invalid);
  await assert.rejects(client.listThreads({ limit: 999 }), invalid);
  const threadId = await newThread();
  await assert.rejects(client.addMessage(threadId, {}), invalid);
  const waiting = await client.addMessage(threadId, { content: CALL_WEATHER });
  const outputs = [{ tool_call_id: 'call_unknown', output: 'x' }];
  await assert.rejects(
    client.submitToolOutputs(threadId, waiting.runId, outputs),
    refused(BackboardValidationError, 400, /./),
  );
  await assert.rejects(client.addMessage(threadId, { content: 'and now?' }), refused(BackboardAPIError, 409, /./));
});
