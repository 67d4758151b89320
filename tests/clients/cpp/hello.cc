/* SPDX-License-Identifier: Apache-2.0 */
#include <capnp/ez-rpc.h>

#include <iostream>

#include "perf.capnp.h"

int main(int, char **argv)
{
    capnp::EzRpcClient client(kj::str("unix:", argv[1]));
    auto perf = client.getMain<Perf>();
    auto info = perf.infoRequest().send().wait(client.getWaitScope());
    std::cout << "perfd " << info.getVersion().cStr() << "\n";
}
