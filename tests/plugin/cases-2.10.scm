; SPDX-License-Identifier: GPL-3.0-or-later
; What the tests do inside GIMP 2.10.  Loaded anew by every --batch, which forgets all.

(define (load-picture path)
  (car (gimp-file-load RUN-NONINTERACTIVE path path)))

(define (drawable-of image)
  (car (gimp-image-get-active-drawable image)))

(define (save-picture image path)
  (file-png-save RUN-NONINTERACTIVE image (drawable-of image) path path 0 1 0 0 0 0 1))

(define (set-precision image precision)
  (if (not (= precision (car (gimp-image-get-precision image))))
      (gimp-image-convert-precision image precision)))

; As linear floats, in which every precision fits: IMAGE is converted.  Colours are not multiplied by
; alpha, and GIMP wants a URI here.
(define (save-floats image path)
  (let ((uri (string-append "file://" folder "/" path)))
    (set-precision image 600)
    (file-tiff-save2 RUN-NONINTERACTIVE image (drawable-of image) uri uri 0 TRUE)))

(define (say path . words)
  (let ((port (open-output-file path)))
    (for-each (lambda (word) (display word port) (display " " port)) words)
    (close-output-port port)))

; A drawable of any kind, as a picture of its own.
(define (save-drawable drawable path)
  (gimp-edit-copy drawable)
  (let ((image (car (gimp-edit-paste-as-new-image))))
    (save-floats image path)
    (gimp-image-delete image)))

(define (denoise-drawable image drawable strength model)
  (plug-in-cleargrain-denoise RUN-NONINTERACTIVE image drawable strength strength model 1))
(define (denoise-grain image strength model grain-size)
  (plug-in-cleargrain-denoise RUN-NONINTERACTIVE image (drawable-of image) strength strength model
                              grain-size))

(define (denoise image strength model)
  (denoise-drawable image (drawable-of image) strength model))

; IN through PREPARE (a procedure of the image), the filter and FINISH to OUT.
(define (clean in out strength model prepare finish)
  (let ((image (load-picture in)))
    (prepare image)
    (denoise image strength model)
    (finish image)
    (save-picture image out)
    (gimp-image-delete image)))

(define (nothing image) #t)

(define (clean-plain in out strength model)
  (clean in out strength model nothing nothing))

; With the last values: those given here must not count.
(define (clean-last in out)
  (let ((image (load-picture in)))
    (plug-in-cleargrain-denoise RUN-WITH-LAST-VALS image (drawable-of image) 0.1 0.1 "none" 4)
    (save-picture image out)
    (gimp-image-delete image)))

(define (clean-grain in out model grain-size)
  (let ((image (load-picture in)))
    (denoise-grain image 1.0 model grain-size)
    (save-picture image out)
    (gimp-image-delete image)))

(define (clean-selection in out model x y w h)
  (clean in out 1.0 model
         (lambda (image) (gimp-image-select-rectangle image CHANNEL-OP-REPLACE x y w h))
         (lambda (image) (gimp-selection-none image))))

; The layer hangs over the image's edges on every side but the filter cleans it whole.
(define (clean-offset in out model)
  (clean in out 1.0 model
         (lambda (image) (gimp-image-resize image 40 30 -20 -10))
         (lambda (image) (gimp-image-resize-to-layers image))))

; IN in each precision (the numbers are GIMP's): as it is (PREFIX-before-PRECISION.tif) and clean
; (PREFIX-after-PRECISION.tif), both as floats.
(define (clean-precisions in prefix model . precisions)
  (let* ((original (load-picture in))
         (save (lambda (image part precision)
                 (let ((copy (car (gimp-image-duplicate image))))
                   (save-floats copy (string-append prefix "-" part "-"
                                                    (number->string precision) ".tif"))
                   (gimp-image-delete copy)))))
    (for-each
      (lambda (precision)
        (let ((image (car (gimp-image-duplicate original))))
          (set-precision image precision)
          (save image "before" precision)
          (denoise image 1.0 model)
          (save image "after" precision)
          (gimp-image-delete image)))
      precisions)))

; DRAWABLE, which need not be a layer, before and after.
(define (clean-drawable image drawable before after model)
  (save-drawable drawable before)
  (denoise-drawable image drawable 1.0 model)
  (save-drawable drawable after)
  (gimp-image-delete image))

(define (clean-mask in before after model)
  (let* ((image (load-picture in))
         (layer (drawable-of image))
         (mask (car (gimp-layer-create-mask layer ADD-MASK-COPY))))
    (gimp-layer-add-mask layer mask)
    (clean-drawable image mask before after model)))

(define (clean-channel in before after model)
  (let* ((image (load-picture in))
         (channel (car (gimp-channel-new-from-component image CHANNEL-GREEN "green"))))
    (gimp-image-insert-channel image channel 0 0)
    (clean-drawable image channel before after model)))

(define (select-softly image)
  (gimp-context-set-feather TRUE)
  (gimp-context-set-feather-radius 8 8)
  (gimp-image-select-ellipse image CHANNEL-OP-REPLACE 20 10 60 50))

(define (clean-soft in out model)
  (clean in out 1.0 model select-softly (lambda (image) (gimp-selection-none image))))

; A gray layer, too large for a file, through the filter.
(define (clean-large width height model out)
  (let* ((image (car (gimp-image-new width height GRAY)))
         (layer (car (gimp-layer-new image width height GRAY-IMAGE "large" 100 LAYER-MODE-NORMAL))))
    (gimp-image-insert-layer image layer 0 0)
    (gimp-drawable-fill layer FILL-WHITE)
    (denoise image 1.0 model)
    (say out "done")))

; A run that must fail: tells OUT whether the picture was left alone, and saves it to SAVED if
; that is not "".  GIMP writes the message to standard error.
(define (fail in prepare strength model out saved)
  (let ((image (load-picture in)))
    (prepare image)
    (gimp-image-clean-all image)
    (catch (say out "refused, changed:" (car (gimp-image-is-dirty image)))
      (denoise image strength model)
      (say out "accepted"))
    (if (> (string-length saved) 0) (save-picture image saved))
    (gimp-image-delete image)))

(define (make-indexed image)
  (gimp-image-convert-indexed image CONVERT-DITHER-NONE CONVERT-PALETTE-GENERATE 16 FALSE FALSE ""))

(define (make-group image)
  (let ((group (car (gimp-layer-group-new image))))
    (gimp-image-insert-layer image group 0 0)
    (gimp-image-set-active-layer image group)))

(define (lock image)
  (gimp-item-set-lock-content (drawable-of image) TRUE))

(define (lock-parent image)
  (let ((group (car (gimp-layer-group-new image)))
        (layer (drawable-of image)))
    (gimp-image-insert-layer image group 0 0)
    (gimp-image-reorder-item image layer group 0)
    (gimp-item-set-lock-content group TRUE)
    (gimp-image-set-active-layer image layer)))

; In a window, for each NAME: when the file NAME.ask appears, NAME.txt tells whether the picture
; counts as changed, and NAME.png is what it is.
(define (answer in . names)
  (let ((image (load-picture in)))
    (gimp-display-new image)
    (gimp-image-clean-all image)
    (for-each
      (lambda (name)
        (let wait ()
          (if (not (file-exists? (string-append name ".ask")))
              (begin (usleep 100000) (wait))))
        (say (string-append name ".txt") (car (gimp-image-is-dirty image)))
        (save-picture image (string-append name ".png")))
      names)))

; In a window, while the test presses keys: save the picture to each of PATHS in turn when it
; becomes changed, unchanged (that is: undone to where it was), changed, ...
(define (watch in . paths)
  (let ((image (load-picture in)))
    (gimp-display-new image)
    (gimp-image-clean-all image)
    (let loop ((paths paths) (wanted TRUE))
      (cond ((null? paths) #t)
            ((= wanted (car (gimp-image-is-dirty image)))
             (save-picture image (car paths))
             (loop (cdr paths) (- 1 wanted)))
            (else (usleep 100000) (loop paths wanted))))))
