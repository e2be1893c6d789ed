"""People and their joints, when the operator names a pose model (POSE_MODEL_PATH).

```
person.py   a person's keypoints, how near two are     model.py     an ONNX file -> who finds people
yolo.py     the YOLOv8-pose layout                     simcc.py     the RTMPose layout, person by person
tracks.py   people over time; which two are the couple joints.py    a couple -> motion, kinetic beats, poses
descriptor.py  512 numbers of their joints             seeing.py    a clip -> Body
```
"""
