// SPDX-License-Identifier: Apache-2.0
// What capnp-es leaves to its user: messages over a socket. It has Conn, which speaks the protocol,
// and asks for an object with sendMessage(), recvMessage() and close(). (Its DeferredTransport keeps
// one message and loses the others where several arrive at once.)
import net from 'node:net';
import {Message} from 'capnp-es';
import {Message as RpcMessage} from 'capnp-es/capnp/rpc';

// The length of the frame that the bytes begin with; 0: not known yet.
function frameLength(bytes) {
    if (bytes.length < 4)
        return 0;
    const segments = bytes.readUInt32LE(0) + 1;
    const table = (4 + 4 * segments + 7) & ~7;
    if (bytes.length < table)
        return 0;
    let words = 0;
    for (let i = 0; i < segments; i++)
        words += bytes.readUInt32LE(4 + 4 * i);
    return table + 8 * words;
}

export class SocketTransport {
    constructor(path) {
        this.bytes = Buffer.alloc(0);
        this.messages = [];
        this.waiting = null;
        this.socket = net.connect(path);
        this.socket.on('data', (chunk) => this.take(chunk));
        // Conn ends its work where the reason is undefined.
        this.closed = new Promise((resolve) => this.socket.on('close', resolve));
        this.closed.then(() => this.waiting?.reject());
        this.socket.on('error', (error) => this.waiting?.reject(error));
    }

    take(chunk) {
        this.bytes = Buffer.concat([this.bytes, chunk]);
        for (;;) {
            const length = frameLength(this.bytes);
            if (length === 0 || this.bytes.length < length)
                return;
            const frame = new Uint8Array(this.bytes.subarray(0, length)).buffer;
            this.bytes = this.bytes.subarray(length);
            this.messages.push(new Message(frame, false).getRoot(RpcMessage));
            this.deliver();
        }
    }

    deliver() {
        if (this.waiting && this.messages.length > 0) {
            const {resolve} = this.waiting;
            this.waiting = null;
            resolve(this.messages.shift());
        }
    }

    recvMessage() {
        return new Promise((resolve, reject) => {
            this.waiting = {resolve, reject};
            if (this.socket.destroyed)
                reject();
            else
                this.deliver();
        });
    }

    sendMessage(root) {
        this.socket.write(new Uint8Array(root.segment.message.toArrayBuffer()));
    }

    // Resolves when all that was sent is written.
    flushed() {
        return new Promise((resolve) => this.socket.write('', resolve));
    }

    close() {
        this.socket.destroy();
        return this.closed;
    }
}
