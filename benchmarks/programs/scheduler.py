"""An operating system's scheduler simulated with classes and methods: tasks, queues, devices, packets."""


class Packet:
    def __init__(self, link, identity, kind):
        self.link = link
        self.identity = identity
        self.kind = kind
        self.datum = 0
        self.data = [0] * 4

    def append_to(self, queue):
        self.link = None
        if queue is None:
            return self
        at = queue
        while at.link is not None:
            at = at.link
        at.link = self
        return queue


class Task:
    def __init__(self, identity, priority, scheduler):
        self.identity = identity
        self.priority = priority
        self.scheduler = scheduler
        self.queue = None
        self.is_held = False
        self.is_waiting = False

    def add_packet(self, packet):
        self.queue = packet.append_to(self.queue)
        self.is_waiting = False

    def take_packet(self):
        packet = self.queue
        if packet is not None:
            self.queue = packet.link
        return packet

    def is_runnable(self):
        return not self.is_held and not (self.is_waiting and self.queue is None)

    def work(self):
        raise NotImplementedError


class IdleTask(Task):
    def __init__(self, identity, scheduler, count):
        super().__init__(identity, 0, scheduler)
        self.control = 1
        self.count = count

    def work(self):
        self.count -= 1
        if self.count == 0:
            self.is_held = True
            return
        if self.control & 1 == 0:
            self.control //= 2
            self.scheduler.release(4)
        else:
            self.control = self.control // 2 ^ 0xD008
            self.scheduler.release(5)


class WorkerTask(Task):
    def __init__(self, identity, scheduler):
        super().__init__(identity, 1000, scheduler)
        self.destination = 2
        self.counter = 0

    def work(self):
        packet = self.take_packet()
        if packet is None:
            self.is_waiting = True
            return
        self.destination = 5 - self.destination
        packet.identity = self.destination
        packet.datum = 0
        for i in range(4):
            self.counter += 1
            if self.counter > 26:
                self.counter = 1
            packet.data[i] = 64 + self.counter
        self.scheduler.send(packet)


class HandlerTask(Task):
    def __init__(self, identity, scheduler):
        super().__init__(identity, 2000, scheduler)
        self.work_queue = None
        self.device_queue = None

    def work(self):
        packet = self.take_packet()
        if packet is not None:
            if packet.kind == "work":
                self.work_queue = packet.append_to(self.work_queue)
            else:
                self.device_queue = packet.append_to(self.device_queue)
        work = self.work_queue
        if work is None:
            self.is_waiting = True
            return
        if work.datum >= 4:
            self.work_queue = work.link
            work.identity = 1
            self.scheduler.send(work)
            return
        device = self.device_queue
        if device is None:
            self.is_waiting = True
            return
        self.device_queue = device.link
        device.datum = work.data[work.datum]
        work.datum += 1
        device.identity = self.identity + 2
        self.scheduler.send(device)


class DeviceTask(Task):
    def __init__(self, identity, scheduler, handler):
        super().__init__(identity, 4000, scheduler)
        self.handler = handler
        self.pending = None

    def work(self):
        packet = self.take_packet()
        if packet is None:
            if self.pending is None:
                self.is_waiting = True
                return
            packet = self.pending
            self.pending = None
            packet.identity = self.handler
            self.scheduler.send(packet)
            return
        self.pending = packet
        self.is_held = True
        self.scheduler.held += 1


class Scheduler:
    def __init__(self):
        self.tasks = {}
        self.order = []
        self.sent = 0
        self.held = 0

    def add(self, task):
        self.tasks[task.identity] = task
        self.order.append(task)
        self.order.sort(key=lambda t: -t.priority)

    def send(self, packet):
        self.sent += 1
        self.tasks[packet.identity].add_packet(packet)

    def release(self, identity):
        self.tasks[identity].is_held = False

    def next_task(self):
        for task in self.order:
            if task.is_runnable():
                return task
        return None

    def run(self):
        while True:
            task = self.next_task()
            if task is None:
                return
            task.work()


def run(count=60000):
    scheduler = Scheduler()
    scheduler.add(IdleTask(0, scheduler, count))
    worker = WorkerTask(1, scheduler)
    for _ in range(2):
        worker.add_packet(Packet(None, 1, "work"))
    scheduler.add(worker)
    for identity in (2, 3):
        handler = HandlerTask(identity, scheduler)
        for _ in range(3):
            handler.add_packet(Packet(None, identity, "device"))
        scheduler.add(handler)
    for identity in (4, 5):
        scheduler.add(DeviceTask(identity, scheduler, identity - 2))
    scheduler.run()
    return scheduler.sent, scheduler.held


if __name__ == "__main__":
    print(run())
