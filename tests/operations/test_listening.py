import asyncio
import socket

from handlers.server import listen


async def test_small_writes_leave_at_once() -> None:
    """Not 40 ms later, when the peer acknowledges what came before."""
    accepted = asyncio.get_running_loop().create_future()

    def accept(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_side = writer.get_extra_info("socket")
        accepted.set_result(server_side.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    with listen("127.0.0.1", 0) as listener:
        async with await asyncio.start_server(accept, sock=listener) as server:
            host, port = server.sockets[0].getsockname()
            _, writer = await asyncio.open_connection(host, port)
            assert await accepted
            writer.close()
