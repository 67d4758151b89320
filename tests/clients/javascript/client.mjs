// SPDX-License-Identifier: Apache-2.0
// The steps of tests/clients/steps.py with capnp-es, as npm has it.
//
//     node client.mjs SOCKET TRACE
import assert from 'node:assert/strict';
import fs from 'node:fs';
import {Conn} from 'capnp-es';
import {FlowStep, Perf, Status} from './perf.js';
import {SocketTransport} from './transport.mjs';

const MS = 1_000_000n;

// A connection of its own. Nothing is waited for: the first call is pipelined on bootstrap().
function connect(path) {
    const transport = new SocketTransport(path);
    const conn = new Conn(transport);
    return {transport, perf: conn.bootstrap(Perf)};
}

// What six ticks after 0, 10, 20, 35, 60 and 80 ms come to, with a budget of 10 ms.
const FIGURES = {
    name: 'interop-javascript',
    frames: 6n,
    milliFps: 62_500n, // five intervals in 80 ms
    avgNs: 16n * MS,
    p50Ns: 15n * MS, // the third of 10, 10, 15, 20, 25
    p95Ns: 25n * MS, // the fifth
    low1MilliFps: 40_000n, // 1 / 25 ms
    longestNs: 25n * MS,
    longFrames: 3n, // 15, 25 and 20 are at least 15
    dropped: 4n, // 1 for 15, 2 for 25, 1 for 20
    sessionNs: 80n * MS,
};

function checkFigures(metrics) {
    for (const [name, value] of Object.entries(FIGURES))
        assert.equal(metrics[name], value, name);
}

class Session {
    constructor(path, trace) {
        this.path = path;
        this.trace = trace;
        this.first = connect(path);
    }

    askMetrics(perf) {
        return perf.metrics((request) => {
            request.sessionId = this.id;
            request.phases = true;
        }).promise();
    }

    many(count) {
        return this.first.perf.record((request) => {
            for (const record of request._initRecords(count)) {
                record.name = 'many';
                record.instant = true;
            }
        }).promise();
    }

    async start() {
        const response = await this.first.perf.start((request) => {
            request.name = 'interop-javascript';
            request.budgetNs = 10n * MS;
        }).promise();
        assert.equal(response.status, Status.OK);
        this.id = response.sessionId;
        assert.notEqual(this.id, 0);
    }

    async marks() {
        const {perf} = this.first;
        const layout = (request) => {request.name = 'layout';};
        assert.equal((await perf.markBegin(layout).promise()).status, Status.OK);
        assert.equal((await perf.markEnd(layout).promise()).status, Status.OK);
    }

    async batch() {
        const kinds = [
            ['batch', (record) => {record.begin = true;}],
            ['spot', (record) => {record.instant = true;}],
            ['level', (record) => {record.counter = -7n;}],
            ['hop', (record) => {
                const flow = record._initFlow();
                flow.id = 1n;
                flow.step = FlowStep.START;
            }],
            ['load', (record) => {record.asyncBegin = 2n;}],
            ['load', (record) => {record.asyncEnd = 2n;}],
            ['batch', (record) => {record.end = true;}],
        ];
        const response = await this.first.perf.record((request) => {
            const records = request._initRecords(kinds.length);
            for (const [i, [name, fill]] of kinds.entries()) {
                records.get(i).name = name;
                fill(records.get(i));
            }
        }).promise();
        assert.equal(response.status, Status.OK);
        assert.equal(response.accepted, 7);
        assert.equal((await this.many(64)).accepted, 64);
    }

    async ticks() {
        const {nowNs} = await this.first.perf.info().promise();
        for (const [i, after] of [0n, 10n, 20n, 35n, 60n, 80n].entries()) {
            const response = await this.first.perf.frameTick((request) => {
                const tick = request._initTick();
                tick.sessionId = this.id;
                tick.frameId = BigInt(i + 1);
                tick.presentedAtNs = nowNs - 1000n * MS + after * MS;
            }).promise();
            assert.equal(response.status, Status.OK);
        }
    }

    async metrics() {
        const response = await this.askMetrics(this.first.perf);
        assert.equal(response.status, Status.OK);
        assert.ok(response.metrics.running);
        checkFigures(response.metrics);
        assert.ok(response.health.ledgerBalanced);
    }

    // Chunk by chunk into the file, which the driver parses.
    async exportByReadTrace() {
        const chunks = [];
        let exportId = 0;
        let offset = 0n;
        for (let end = false; !end;) {
            const response = await this.first.perf.readTrace((request) => {
                request.sessionId = this.id;
                request.exportId = exportId;
                request.offset = offset;
                request.maxBytes = 1000;
            }).promise();
            assert.equal(response.status, Status.OK);
            chunks.push(response.data.toUint8Array());
            exportId = response.exportId;
            offset += BigInt(response.data.length);
            end = response.end;
            if (end)
                assert.equal(offset, response.totalBytes);
        }
        fs.writeFileSync(this.trace, Buffer.concat(chunks));
    }

    async errorStatus() {
        const {perf} = this.first;
        const stop = await perf.stop((request) => {request.sessionId = 0xffffffff;}).promise();
        assert.equal(stop.status, Status.NOT_FOUND);
        const bad = await perf.start((request) => {request.name = 'not a name';}).promise();
        assert.equal(bad.status, Status.INVALID);
        const refused = await this.many(65);
        assert.equal(refused.status, Status.INVALID);
        assert.equal(refused.accepted, 0);
    }

    async pipelinedFirstCall() {
        const {perf, transport} = connect(this.path);
        assert.equal((await perf.info().promise()).status, Status.OK);
        assert.equal((await perf.info().promise()).status, Status.OK);
        await transport.close();
    }

    async burst() {
        const {perf, transport} = connect(this.path);
        const calls = [];
        for (let i = 0; i < 500; i++)
            calls.push(this.askMetrics(perf));
        for (const response of await Promise.all(calls)) {
            assert.equal(response.status, Status.OK);
            checkFigures(response.metrics);
            assert.equal(response.metrics.phases.length, 4);
        }
        await transport.close();
    }

    // capnp-es cannot tell the server: what is dropped here is the answer. That to the last of them takes
    // perfd more than one turn.
    async cancel() {
        const {perf, transport} = connect(this.path);
        for (let i = 0; i < 99; i++)
            this.askMetrics(perf);
        perf.readTrace();
        let status = Status.BUSY; // while that one is under way
        for (let i = 0; i < 1000 && status === Status.BUSY; i++)
            status = (await perf.readTrace().promise()).status;
        assert.equal(status, Status.OK);
        checkFigures((await this.askMetrics(perf)).metrics);
        await transport.close();
    }

    async hangUp() {
        const {perf, transport} = connect(this.path);
        for (let i = 0; i < 200; i++)
            this.askMetrics(perf);
        await transport.flushed();
        await transport.close();
        const other = connect(this.path);
        checkFigures((await this.askMetrics(other.perf)).metrics);
        await other.transport.close();
    }

    async reconnect() {
        await this.first.transport.close();
        this.first = connect(this.path);
        const response = await this.askMetrics(this.first.perf);
        assert.equal(response.status, Status.OK);
        assert.ok(response.metrics.running);
        checkFigures(response.metrics);
        const stopped = await this.first.perf.stop((request) => {
            request.sessionId = this.id;
        }).promise();
        assert.equal(stopped.status, Status.OK);
        assert.ok(!stopped.metrics.running);
        checkFigures(stopped.metrics);
        await this.first.transport.close();
    }
}

let passed = 0;
let failed = 0;

async function step(name, run) {
    try {
        await run();
        passed++;
        console.log(`ok - ${name}`);
    } catch (error) {
        failed++;
        console.log(`not ok - ${name}: ${error.message.replaceAll('\n', ' ')}`);
    }
}

const packages = JSON.parse(fs.readFileSync(new URL('node_modules/capnp-es/package.json', import.meta.url)));
console.log(`client: capnp-es ${packages.version}, Node.js ${process.versions.node}`);
const session = new Session(process.argv[2], process.argv[3]);
await step('start', () => session.start());
await step('marks', () => session.marks());
await step('batch', () => session.batch());
await step('ticks', () => session.ticks());
await step('metrics', () => session.metrics());
await step('export by readTrace', () => session.exportByReadTrace());
await step('error status', () => session.errorStatus());
await step('pipelined first call', () => session.pipelinedFirstCall());
await step('burst of 500', () => session.burst());
await step('cancel', () => session.cancel());
await step('hang-up in mid call', () => session.hangUp());
await step('reconnect', () => session.reconnect());
console.log(`${passed} passed, ${failed} failed`);
// Connections of steps that failed are still open.
process.exit(failed === 0 ? 0 : 1);
