"""The whole pipeline on one machine: the real workflow, functions, job, database. A request in, a video out."""

import json
import os
import signal
import threading
from pathlib import Path

import av
import pytest

from bachata.errors import Stopped, TaskMissing
from bachata.local import stack
from bachata.local.run import STEPS, PipelineFailed

OUTPUT = {"resolution": "256x144", "frame_rate": 25}


def request(task_id, **fields):
    return {"task_id": task_id, "song": "songs/first.wav", "output": OUTPUT, **fields}


def nothing_left(cloud):
    """No attempt's files remain."""
    return not list(cloud.home.scratch.glob("cloud-*/attempt-*"))


def decoded_frames(path):
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


def test_a_song_becomes_a_video(cloud, tasks):
    seen = []
    result = cloud.run(request("whole", difficulty="beginner"), on_progress=seen.append)
    assert (result["task_id"], result["status"]) == ("whole", "completed")
    assert result["video"] == "output/user_local/choreography_whole.mp4"
    document = json.loads(cloud.store.read_bytes(result["result"]))
    video = cloud.store.local_path(result["video"])
    assert decoded_frames(video) == document["frames"]
    assert video.stat().st_size == document["file_size"]
    row = tasks.get("whole")
    assert (row.status, row.progress, row.stage) == ("completed", 100, "completed")
    assert row.result["sha256"] == document["sha256"]
    assert row.error is None
    assert cloud.store.info(result["blueprint"]) is not None
    assert cloud.store.info(result["analysis"]) is not None
    percents = [p.percent for p in seen]
    assert percents == sorted(percents)
    steps = [p.step for p in seen]
    assert sorted(set(steps), key=STEPS.index) == list(dict.fromkeys(steps)), "steps come in order"
    assert nothing_left(cloud)


def test_the_same_request_five_times_at_once_renders_once(cloud, tasks, new_jobs):
    results = []

    def ask():
        results.append(cloud.run(request("fivefold")))

    threads = [threading.Thread(target=ask) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [winner] = [r for r in results if not r.get("duplicate")]
    assert winner["status"] == "completed"
    assert len(results) == 5
    assert all(r["task_id"] == "fivefold" for r in results)
    [job] = new_jobs.now()
    assert job.document()["succeededCount"] == 1
    assert cloud.run(request("fivefold")) == {"task_id": "fivefold", "status": "completed", "duplicate": True}


def pids_of(job):
    """Processes that were started with this execution's name in their environment."""
    marker = f"CLOUD_RUN_EXECUTION={job.short_name}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            variables = (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if marker in variables:
            found.append(int(folder.name))
    return found


def test_a_job_killed_halfway_is_retried_and_completes(cloud, tasks, new_jobs):
    killed = []

    def kill_halfway(progress):
        if progress.step == "assemble" and progress.percent >= 50 and not killed and new_jobs.now():
            killed.extend(pids_of(new_jobs.now()[0]))
            for pid in killed:
                os.kill(pid, signal.SIGKILL)

    # Large enough to be caught at work.
    big = {"resolution": "1280x720", "frame_rate": 30}
    result = cloud.run(request("killed", song="songs/second.wav", output=big), on_progress=kill_halfway)
    assert killed, "the render was over before it could be killed"
    assert result["status"] == "completed"
    [job] = new_jobs.now()
    assert (job.document()["retriedCount"], job.document()["succeededCount"]) == (1, 1)
    video = cloud.store.local_path(result["video"])
    assert decoded_frames(video) == json.loads(cloud.store.read_bytes(result["result"]))["frames"]
    assert tasks.get("killed").status == "completed"
    assert nothing_left(cloud)


def failure(cloud, wanted):
    with pytest.raises(PipelineFailed) as caught:
        cloud.run(wanted)
    return caught.value.as_dict()


def test_an_unreadable_song_fails_with_its_reason(cloud, tasks):
    cloud.store.put_bytes("songs/notes.mp3", b"these are not the sounds you are looking for" * 50)
    error = failure(cloud, request("noise", song="songs/notes.mp3"))
    assert error["code"] == "AUDIO_UNREADABLE"
    assert error["task_id"] == "noise"
    assert "notes.mp3" in error["error"]
    row = tasks.get("noise")
    assert row.status == "failed"
    assert row.stage == "analyze"
    assert row.error["error"] == error["error"]


def test_a_song_that_is_not_there_fails_with_its_key(cloud, tasks):
    error = failure(cloud, request("absent", song="songs/absent.mp3"))
    assert error["code"] == "SONG_NOT_FOUND"
    assert "songs/absent.mp3" in error["error"]
    assert tasks.get("absent").status == "failed"


def test_a_wrong_difficulty_names_the_allowed_values_and_becomes_no_task(cloud, tasks):
    error = failure(cloud, request("wrong", difficulty="godlike"))
    assert error["code"] == "INVALID_REQUEST"
    for allowed in ("beginner", "intermediate", "advanced"):
        assert allowed in error["error"]
    with pytest.raises(TaskMissing):
        tasks.get("wrong")


def test_an_empty_library_says_what_to_run(cloud, tasks):
    error = failure(cloud, request("empty", library="nothing-here"))
    assert error["code"] == "NO_MOVES"
    assert "bachata library add" in error["error"]


def test_a_clip_that_vanished_fails_the_job_with_its_key(cloud, tasks, new_jobs):
    clips = [info.key for info in cloud.store.list("moves/") if info.key.endswith(".mp4")]
    hidden = {key: cloud.store.read_bytes(key) for key in clips}
    for key in clips:
        cloud.store.delete(key)
    try:
        error = failure(cloud, request("vanished"))
    finally:
        for key, data in hidden.items():
            cloud.store.put_bytes(key, data)
    assert error["code"] == "CLIP_NOT_FOUND"
    assert any(key in error["error"] for key in clips)
    row = tasks.get("vanished")
    assert (row.status, row.error["code"]) == ("failed", "CLIP_NOT_FOUND")
    [job] = new_jobs.now()
    assert job.document()["failedCount"] == 1
    assert nothing_left(cloud)


def test_a_failed_task_may_be_tried_again(cloud, tasks):
    failure(cloud, request("again", difficulty="godlike"))
    assert cloud.run(request("again"))["status"] == "completed"
    assert tasks.get("again").error is None


def test_a_sentence_alone_is_enough(cloud, tasks):
    from bachata.tasks.songs import SongStore

    store = SongStore(cloud.engine)
    song = cloud.store.info("songs/first.wav")
    store.register(
        "songs/first.wav", title="First", artist="Nobody", genre="bachata", bpm=126.0, duration=24.0, sha256=None
    )
    assert song is not None
    result = cloud.run({"task_id": "sentence", "query": "romantic beginner bachata", "output": OUTPUT})
    assert result["song"] == "songs/first.wav"
    assert result["status"] == "completed"


def test_stopping_cancels_the_task_and_its_job(cloud, tasks, new_jobs):
    stop = threading.Event()

    def when_rendering(progress):
        if progress.step == "assemble" and new_jobs.now():
            stop.set()

    with pytest.raises(Stopped, match="halted was cancelled"):
        cloud.run(request("halted", output={"resolution": "1280x720"}), on_progress=when_rendering, stop=stop)
    assert tasks.get("halted").status == "cancelled"
    [job] = new_jobs.now()
    assert job.wait(0)
    assert pids_of(job) == []
    assert nothing_left(cloud)


def test_cancelling_from_elsewhere_stops_the_run(cloud, tasks, new_jobs):
    def when_rendering(progress):
        if progress.step == "assemble" and progress.status in ("started", "running") and new_jobs.now():
            stack.cancel(cloud.home, cloud.engine, "unwanted")

    with pytest.raises(Stopped):
        cloud.run(request("unwanted", output={"resolution": "1280x720"}), on_progress=when_rendering)
    assert tasks.get("unwanted").status == "cancelled"
    assert pids_of(new_jobs.now()[0]) == []
    assert nothing_left(cloud)


def test_an_impatient_watcher_leaves_nothing_running(cloud, tasks, new_jobs):
    """Ctrl-C arrives as an exception in the thread that watches."""

    def interrupt(progress):
        if progress.step == "assemble" and new_jobs.now():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cloud.run(request("interrupted", output={"resolution": "1280x720"}), on_progress=interrupt)
    assert tasks.get("interrupted").status == "cancelled"
    assert all(job.wait(0) for job in new_jobs.now())
