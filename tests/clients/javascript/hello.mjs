// SPDX-License-Identifier: Apache-2.0
import {Conn} from 'capnp-es';
import {Perf} from './perf.js';
import {SocketTransport} from './transport.mjs';

const transport = new SocketTransport(process.argv[2]);
const perf = new Conn(transport).bootstrap(Perf);
const info = await perf.info().promise();
console.log(`perfd ${info.version}`);
await transport.close();
