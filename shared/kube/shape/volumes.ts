/** Fields of the remaining storage kinds of Kubernetes 1.36 and of their parts, in the form of SHAPE_TABLE. */
export const VOLUME_SHAPES: Readonly<Record<string, string>> = {
  CSIDriver: 'apiVersion:string kind:string metadata:ObjectMeta spec:CSIDriverSpec',
  CSIDriverSpec:
    'attachRequired:bool fsGroupPolicy:string nodeAllocatableUpdatePeriodSeconds:int podInfoOnMount:bool ' +
    'requiresRepublish:bool seLinuxMount:bool serviceAccountTokenInSecrets:bool storageCapacity:bool tokenRequests:[CSITokenRequest] volumeLifecycleModes:[string]',
  CSIStorageCapacity:
    'apiVersion:string capacity:quantity kind:string maximumVolumeSize:quantity metadata:ObjectMeta ' +
    'nodeTopology:LabelSelector storageClassName:string',
  CSITokenRequest: 'audience:string expirationSeconds:int',
  VolumeAttachment: 'apiVersion:string kind:string metadata:ObjectMeta spec:VolumeAttachmentSpec status:VolumeAttachmentStatus',
  VolumeAttachmentSource: 'inlineVolumeSpec:PersistentVolumeSpec persistentVolumeName:string',
  VolumeAttachmentSpec: 'attacher:string nodeName:string source:VolumeAttachmentSource',
  VolumeAttachmentStatus: 'attachError:VolumeError attached:bool attachmentMetadata:{string} detachError:VolumeError',
  VolumeAttributesClass: 'apiVersion:string driverName:string kind:string metadata:ObjectMeta parameters:{string}',
  VolumeError: 'errorCode:int message:string time:time',
};
